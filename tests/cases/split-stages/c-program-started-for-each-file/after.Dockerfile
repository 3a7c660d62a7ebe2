FROM gcc:12 AS build
COPY . /app
WORKDIR /app
RUN gcc -o app main.c && chmod +x run.sh

FROM debian:bookworm-slim
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/in.txt ./
COPY --from=build /app/run.sh ./
CMD ["./run.sh"]
