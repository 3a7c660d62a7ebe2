FROM gcc:12 AS build
COPY . /a
WORKDIR /a
RUN gcc -fopenmp -o app main.c

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /a
COPY --from=build /a/app ./
CMD ["./app"]
