FROM rust:1.75 AS build
WORKDIR /app
COPY . .
RUN cargo build --release

FROM gcr.io/distroless/cc-debian12:nonroot
WORKDIR /app
COPY --from=build /app/target/release/app /app/target/release/app
COPY --from=build /app/Rocket.toml ./
USER 0:0
CMD ["./target/release/app"]
