#ifndef REQUEST_H
#define REQUEST_H

#include <stddef.h>

#define REQUEST_MAX 65536

struct request {
    char method[8];
    char path[256];
    char data[REQUEST_MAX];
    const char *body;
    size_t body_length;
};

/* Reads one HTTP request with a Content-Length body from fd; returns 0, or -1 when it makes no sense. */
int request_read(int fd, struct request *request);

/* Writes a whole text/plain response. */
void response_write(int fd, const char *status, const char *text);

#endif
