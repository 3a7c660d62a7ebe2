FROM gcc:12
COPY . /a
WORKDIR /a
RUN gcc -fopenmp -o app main.c
CMD ["./app"]
