FROM golang:1.23 AS build
RUN git clone https://example.org/tool.git /src
WORKDIR /src
RUN go build -o /tool .

FROM alpine:3.20
COPY --from=build /tool /usr/bin/tool
ENTRYPOINT ["tool"]
