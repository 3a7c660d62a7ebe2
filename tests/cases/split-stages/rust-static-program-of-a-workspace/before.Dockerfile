FROM rust:1-alpine AS builder
RUN apk add --no-cache musl-dev
WORKDIR /work
COPY . .
RUN cargo build --release --bin probe
USER 65532
ENTRYPOINT ["./target/release/probe"]
