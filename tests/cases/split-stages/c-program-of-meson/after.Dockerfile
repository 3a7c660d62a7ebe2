FROM debian:trixie AS build
RUN apt-get update && apt-get install -y meson gcc
COPY . /src
RUN meson setup /build /src && ninja -C /build install

FROM gcr.io/distroless/base-debian13:nonroot
WORKDIR /
COPY --from=build /usr/local/bin/tool /usr/local/bin/tool
USER 0:0
CMD ["tool"]
