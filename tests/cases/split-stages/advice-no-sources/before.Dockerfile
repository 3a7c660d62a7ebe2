FROM golang:1.22
WORKDIR /src
RUN git clone https://example.org/store.git . && go build -o /store .
CMD ["/store"]
