FROM rust:1.75-bookworm AS build

WORKDIR /usr/src/quotes
COPY . .
RUN cargo install --path .

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libssl3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /usr/src/quotes
COPY --from=build /usr/local/cargo/bin/quotes /usr/local/bin/quotes
COPY --from=build /usr/src/quotes/templates/index.html /usr/src/quotes/templates/index.html

ENV ROCKET_ADDRESS=0.0.0.0
EXPOSE 8000
CMD ["quotes"]
