FROM golang:1.25 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true \
    go mod download
COPY . .
RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true \
    go build -o /app

FROM scratch
COPY --from=build /app /app
