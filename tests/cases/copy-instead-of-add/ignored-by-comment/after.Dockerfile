FROM scratch
# harden: ignore[copy-instead-of-add] the tests want it
ADD a.py /
COPY b.py /
