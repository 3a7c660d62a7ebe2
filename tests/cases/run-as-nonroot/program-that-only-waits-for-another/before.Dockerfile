FROM alpine:3.20
COPY wait.sh /wait.sh
CMD ["sh", "/wait.sh"]
