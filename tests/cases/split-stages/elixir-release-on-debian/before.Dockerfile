FROM hexpm/elixir:1.16.2-erlang-26.2.4-debian-bookworm-20240423-slim

RUN apt-get update -y && apt-get install -y build-essential git && apt-get clean

WORKDIR /app
ENV MIX_ENV=prod

RUN mix local.hex --force && mix local.rebar --force
COPY mix.exs mix.lock ./
RUN mix deps.get --only prod && mix deps.compile
COPY lib lib
RUN mix do compile, release

ENV PORT=4000
EXPOSE 4000
CMD ["_build/prod/rel/ledger/bin/ledger", "start"]
