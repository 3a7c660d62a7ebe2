FROM scratch
ADD a.txt b.tar.gz /a/
