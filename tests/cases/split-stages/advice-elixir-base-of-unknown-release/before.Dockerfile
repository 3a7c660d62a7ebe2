FROM elixir:1.16-alpine
WORKDIR /app
COPY . .
RUN mix deps.get && MIX_ENV=prod mix release
CMD ["_build/prod/rel/ledger/bin/ledger", "start"]
