FROM debian:trixie
RUN apt-get update && apt-get install -y build-essential autoconf automake libsqlite3-dev
COPY . /src
WORKDIR /src
RUN autoreconf -i && ./configure --prefix=/opt/tool && make install
USER nobody
CMD ["/opt/tool/bin/tool"]
