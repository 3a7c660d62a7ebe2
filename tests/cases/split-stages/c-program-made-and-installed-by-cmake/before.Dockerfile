FROM debian:bookworm

ENV DEBIAN_FRONTEND noninteractive

RUN apt-get update -y && \
	apt-get install -y build-essential cmake zlib1g-dev curl && \
	apt-get clean

COPY . /src
WORKDIR /src/build
RUN cmake -DCMAKE_BUILD_TYPE=Release .. && make && make install

WORKDIR /
EXPOSE 18013
# curl is only here for this
HEALTHCHECK --interval=5s --timeout=3s CMD curl -fs http://localhost:18013/health || exit 1
CMD exec checksumd
