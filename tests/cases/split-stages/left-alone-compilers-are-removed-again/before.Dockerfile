FROM alpine:3.22
COPY main.c /src/
RUN apk add --no-cache --virtual .build gcc musl-dev \
    && gcc -o /usr/local/bin/tally /src/main.c \
    && apk del .build
ENTRYPOINT ["tally"]
