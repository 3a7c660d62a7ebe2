FROM ruby:3.4-slim AS build
ARG SECRET_KEY_BASE=dummy
RUN ./bin/rails assets:precompile
