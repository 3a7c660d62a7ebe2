FROM scratch
ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 https://example.com/a /a
ADD --keep-git-dir=true https://example.com/x.git /x
ADD --unpack=true a.bin /a
