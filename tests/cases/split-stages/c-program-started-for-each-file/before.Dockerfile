FROM gcc:12
COPY . /app
WORKDIR /app
RUN gcc -o app main.c && chmod +x run.sh
CMD ["./run.sh"]
