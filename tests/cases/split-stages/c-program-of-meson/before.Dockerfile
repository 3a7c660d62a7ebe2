FROM debian:trixie
RUN apt-get update && apt-get install -y meson gcc
COPY . /src
RUN meson setup /build /src && ninja -C /build install
CMD ["tool"]
