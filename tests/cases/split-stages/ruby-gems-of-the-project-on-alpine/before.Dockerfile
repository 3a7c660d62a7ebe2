FROM ruby:3.2-alpine3.19
RUN apk add --no-cache build-base mariadb-dev tzdata
WORKDIR /app
COPY Gemfile Gemfile.lock ./
RUN bundle config set --local path vendor/bundle \
 && bundle config set --local without development \
 && bundle install
COPY . .
ENTRYPOINT ["bundle", "exec"]
CMD ["rackup", "--host", "0.0.0.0"]
