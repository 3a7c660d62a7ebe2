FROM debian:trixie AS build
RUN apt-get update && apt-get install -y build-essential autoconf automake libsqlite3-dev
COPY . /src
WORKDIR /src
RUN autoreconf -i && ./configure --prefix=/opt/tool && make install

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libsqlite3-0 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY --from=build /opt/tool/bin/tool /opt/tool/bin/tool
USER nobody
CMD ["/opt/tool/bin/tool"]
