FROM gcc:12
WORKDIR /build
COPY . .
RUN gcc -o game main.c
RUN mkdir /opt/g && cp -r game map /opt/g/
WORKDIR /opt/g
CMD ["./game"]

