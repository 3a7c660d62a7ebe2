FROM hexpm/elixir:1.16.2-erlang-26.2.4-debian-bookworm-20240423-slim AS build

RUN apt-get update -y && apt-get install -y build-essential git && apt-get clean

WORKDIR /app
ENV MIX_ENV=prod

RUN mix local.hex --force && mix local.rebar --force
COPY mix.exs mix.lock ./
RUN mix deps.get --only prod && mix deps.compile
COPY lib lib
RUN mix do compile, release

FROM debian:bookworm-slim
ENV MIX_ENV=prod
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libncurses6 libstdc++6 openssl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV LANG=C.UTF-8
COPY --from=build /app/_build/prod/rel/ledger /app/_build/prod/rel/ledger

ENV PORT=4000
EXPOSE 4000
CMD ["_build/prod/rel/ledger/bin/ledger", "start"]
