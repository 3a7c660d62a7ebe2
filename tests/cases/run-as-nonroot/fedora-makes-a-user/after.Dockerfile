FROM fedora:41
RUN dnf install -y python3-flask && dnf clean all
COPY app.py /opt/app/app.py
WORKDIR /opt/app
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["python3", "app.py"]
