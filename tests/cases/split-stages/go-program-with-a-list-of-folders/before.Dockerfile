FROM golang:1.19
WORKDIR /app
COPY . .
ENV THEMES=/app/themes/light:/app/themes/dark
RUN go build -o app .
CMD ["./app"]
