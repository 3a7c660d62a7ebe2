FROM alpine:3.20
RUN printf 'machine example.com login deploy password N3trcPa55w0rd\n' > ~/.netrc && git clone https://example.com/x
