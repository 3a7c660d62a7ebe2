FROM gcc:12
WORKDIR /app
COPY . .
RUN gcc -o app main.c
ENTRYPOINT ["./app"]
CMD ["level1"]
