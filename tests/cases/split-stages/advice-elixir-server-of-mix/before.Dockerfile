FROM elixir:1.16-slim
WORKDIR /app
COPY . .
RUN mix deps.get && MIX_ENV=prod mix release
CMD ["mix", "phx.server"]
