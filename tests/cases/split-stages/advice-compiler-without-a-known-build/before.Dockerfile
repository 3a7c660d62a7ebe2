FROM debian:bookworm
RUN apt-get update && apt-get install -y build-essential
COPY tool.sh /usr/local/bin/tool
ENTRYPOINT ["/usr/local/bin/tool"]
