FROM golang:1.22
WORKDIR /app
COPY . .
RUN cp -r pages /srv/pages && go build -o store .
CMD ["/app/store"]
