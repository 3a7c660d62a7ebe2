#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static size_t content_length(const char *headers)
{
    const char *line = headers;
    while ((line = strstr(line, "\r\n"))) {
        line += 2;
        if (strncasecmp(line, "content-length:", 15) == 0)
            return strtoul(line + 15, NULL, 10);
    }
    return 0;
}

int request_read(int fd, struct request *request)
{
    size_t got = 0;
    char *end = NULL;

    while (!end) {
        ssize_t n = read(fd, request->data + got, sizeof request->data - 1 - got);
        if (n <= 0)
            return -1;
        got += (size_t)n;
        request->data[got] = '\0';
        end = strstr(request->data, "\r\n\r\n");
    }
    if (sscanf(request->data, "%7s %255s", request->method, request->path) != 2)
        return -1;

    size_t head = (size_t)(end - request->data) + 4;
    size_t length = content_length(request->data);
    if (length > sizeof request->data - 1 - head)
        return -1;
    while (got < head + length) {
        ssize_t n = read(fd, request->data + got, head + length - got);
        if (n <= 0)
            return -1;
        got += (size_t)n;
    }
    request->body = request->data + head;
    request->body_length = length;
    return 0;
}

void response_write(int fd, const char *status, const char *text)
{
    dprintf(fd,
            "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
            "Connection: close\r\n\r\n%s",
            status, strlen(text), text);
}
