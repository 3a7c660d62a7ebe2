FROM python:3.10-slim-bookworm AS build
RUN apt-get update && apt-get install -y gcc
WORKDIR /opt/solver
COPY . .
RUN pip install -e .

FROM python:3.10-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/solver
COPY --from=build /usr/local /usr/local
COPY --from=build /opt/solver /opt/solver
RUN mkdir -p /var/lib/solver
VOLUME /var/lib/solver
ENTRYPOINT ["solver"]
CMD ["--data", "/var/lib/solver"]
