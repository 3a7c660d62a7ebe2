FROM ruby:3.3-slim-bookworm

RUN apt-get update -qq && apt-get install -y --no-install-recommends \
    build-essential libpq-dev libyaml-dev nodejs \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /rails
ENV RAILS_ENV=production

COPY Gemfile Gemfile.lock ./
RUN gem install bundler -v 2.5.9 && bundle install --jobs 4

COPY . .
RUN SECRET_KEY_BASE=1 bundle exec rails assets:precompile

EXPOSE 3000
CMD ["bundle", "exec", "puma", "-C", "config/puma.rb"]
