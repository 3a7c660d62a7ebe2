FROM rust:1.75-bookworm

WORKDIR /usr/src/quotes
COPY . .
RUN cargo install --path .

ENV ROCKET_ADDRESS=0.0.0.0
EXPOSE 8000
CMD ["quotes"]
