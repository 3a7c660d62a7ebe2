FROM python:3.10-slim-bookworm
RUN apt-get update && apt-get install -y gcc
WORKDIR /opt/solver
COPY . .
RUN pip install -e .
RUN mkdir -p /var/lib/solver
VOLUME /var/lib/solver
ENTRYPOINT ["solver"]
CMD ["--data", "/var/lib/solver"]
