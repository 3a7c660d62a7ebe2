# syntax=docker/dockerfile:1
FROM ruby:3.4 AS build
COPY Gemfile Gemfile.lock ./
RUN --mount=type=secret,id=bundle_gems__example__com,env=BUNDLE_GEMS__EXAMPLE__COM,required=true \
    bundle install
RUN apt-get clean
