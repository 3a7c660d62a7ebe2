FROM hexpm/elixir:1.18.3-erlang-27.3.3-alpine-3.21.3 AS build
RUN apk add --no-cache build-base git
WORKDIR /src
COPY . .
RUN mix local.hex --force && mix deps.get && MIX_ENV=prod mix release --path /opt/ledger

FROM alpine:3.21
RUN apk add --no-cache ca-certificates libstdc++ ncurses-libs openssl
WORKDIR /src
ENV LANG=C.UTF-8
COPY --from=build /opt/ledger /opt/ledger
ENTRYPOINT ["/opt/ledger/bin/ledger"]
CMD ["start"]
