FROM python:3.13 AS build
ENV SECRET_KEY=build-only
RUN python manage.py collectstatic

FROM python:3.13-slim
COPY --from=build /static /static
