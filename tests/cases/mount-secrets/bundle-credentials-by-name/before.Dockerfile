# syntax=docker/dockerfile:1
FROM ruby:3.4 AS build
ARG BUNDLE_GEMS__EXAMPLE__COM
COPY Gemfile Gemfile.lock ./
RUN bundle install
RUN apt-get clean
