FROM scratch
ADD https://example.com/a local.txt /a/
