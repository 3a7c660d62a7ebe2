FROM scratch
COPY server /server
USER 65534
ENTRYPOINT ["/server"]
