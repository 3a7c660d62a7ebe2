FROM python:3.13
ARG SECRET_KEY=dummy-for-build
ENV SECRET_KEY=$SECRET_KEY
RUN python manage.py collectstatic
CMD ["gunicorn", "app"]
