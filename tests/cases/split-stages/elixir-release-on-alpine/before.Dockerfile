FROM hexpm/elixir:1.18.3-erlang-27.3.3-alpine-3.21.3
RUN apk add --no-cache build-base git
WORKDIR /src
COPY . .
RUN mix local.hex --force && mix deps.get && MIX_ENV=prod mix release --path /opt/ledger
ENTRYPOINT ["/opt/ledger/bin/ledger"]
CMD ["start"]
