FROM ruby:3.3
WORKDIR /usr/src/app
COPY . .
RUN bundle install
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app \
    && chown -R 10001:10001 /usr/src/app/log
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["bundle", "exec", "ruby", "server.rb"]
