# syntax=docker/dockerfile:1
FROM ruby:3.3 AS build
WORKDIR /app
COPY . .
RUN --mount=type=secret,id=rails_master_key,env=RAILS_MASTER_KEY \
    bundle exec rails assets:precompile

FROM ruby:3.3-slim
COPY --from=build /app /app
CMD ["bin/rails", "server"]
