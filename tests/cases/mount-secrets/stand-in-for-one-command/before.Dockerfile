FROM ruby:3.4-slim
RUN SECRET_KEY_BASE=1 ./bin/rails assets:precompile
RUN SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:clobber
RUN SECRET_KEY=dummyvalue python3 manage.py collectstatic --no-input
