FROM ubuntu:24.04
RUN apt-get update && apt-get install -y python3
COPY app.py /srv/app/
WORKDIR /srv/app
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["python3", "app.py"]
