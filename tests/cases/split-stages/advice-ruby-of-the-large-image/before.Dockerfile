FROM ruby:3.3
RUN apt-get update && apt-get install -y build-essential
WORKDIR /app
COPY . .
RUN bundle install
CMD ["bundle", "exec", "puma"]
