FROM rust:1-alpine AS builder
RUN apk add --no-cache musl-dev
WORKDIR /work
COPY . .
RUN cargo build --release --bin probe

FROM gcr.io/distroless/static-debian13:nonroot
WORKDIR /work
COPY --from=builder /work/target/release/probe /work/target/release/probe
USER 65532
ENTRYPOINT ["./target/release/probe"]
