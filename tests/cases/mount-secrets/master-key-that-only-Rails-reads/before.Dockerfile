# syntax=docker/dockerfile:1
FROM ruby:3.3 AS build
ARG RAILS_MASTER_KEY
WORKDIR /app
COPY . .
RUN bundle exec rails assets:precompile

FROM ruby:3.3-slim
COPY --from=build /app /app
CMD ["bin/rails", "server"]
