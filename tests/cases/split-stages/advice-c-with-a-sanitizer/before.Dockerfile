FROM gcc:12
COPY . /a
WORKDIR /a
RUN gcc -g -fsanitize=address -o app main.c
CMD ["./app"]
