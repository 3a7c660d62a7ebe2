FROM node:22 AS web
WORKDIR /web
COPY web/ .
RUN npm ci && npm run build

FROM golang:1.22 AS build
WORKDIR /app
COPY . .
COPY --from=web /web/dist ./web/dist
RUN go build -o shop .

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /app
COPY --from=build /app/shop ./
COPY --from=build /app/web/dist /app/web/dist
USER 0:0
CMD ["./shop"]
