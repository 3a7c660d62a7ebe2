FROM node:22 AS web
WORKDIR /web
COPY web/ .
RUN npm ci && npm run build

FROM golang:1.22
WORKDIR /app
COPY . .
COPY --from=web /web/dist ./web/dist
RUN go build -o shop .
CMD ["./shop"]
