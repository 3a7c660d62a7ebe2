/* checksumd: answers POSTed bytes with their CRC-32 and how small zlib makes them. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "request.h"

static void leave(int signal)
{
    (void)signal;
    _exit(0);
}

static void answer(int fd)
{
    static struct request request;
    char text[128];

    if (request_read(fd, &request) != 0) {
        response_write(fd, "400 Bad Request", "bad request\n");
    } else if (strcmp(request.path, "/health") == 0) {
        snprintf(text, sizeof text, "ok, zlib %c\n", zlibVersion()[0]);
        response_write(fd, "200 OK", text);
    } else if (strcmp(request.path, "/checksum") == 0 && strcmp(request.method, "POST") == 0) {
        static Bytef packed[REQUEST_MAX * 2];
        uLongf packed_length = sizeof packed;
        const Bytef *body = (const Bytef *)request.body;
        uLong crc = crc32(0, body, (uInt)request.body_length);
        compress(packed, &packed_length, body, request.body_length);
        snprintf(text, sizeof text, "crc32 %08lx\nbytes %zu\npacked %s\n", crc, request.body_length,
                 packed_length < request.body_length ? "smaller" : "not smaller");
        response_write(fd, "200 OK", text);
    } else {
        response_write(fd, "404 Not Found", "not found\n");
    }
}

int main(void)
{
    const char *port = getenv("PORT");
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(port ? port : "18013")),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    int yes = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    signal(SIGTERM, leave);
    signal(SIGINT, leave);
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) {
        perror("checksumd");
        return EXIT_FAILURE;
    }
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        answer(fd);
        close(fd);
    }
}
