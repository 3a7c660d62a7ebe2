FROM ruby:3.3
WORKDIR /usr/src/app
COPY . .
RUN bundle install
CMD ["bundle", "exec", "ruby", "server.rb"]
