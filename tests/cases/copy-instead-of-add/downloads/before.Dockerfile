FROM scratch
ADD https://example.com/a.tar.gz /a
ADD git@example.com:a/b.git /b
ADD https://example.com/c.git#v1 /c
