FROM golang:1.25 AS build
WORKDIR /src
COPY .netrc /root/.netrc
RUN chmod 600 /root/.netrc
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -o /app

FROM scratch
COPY --from=build /app /app
