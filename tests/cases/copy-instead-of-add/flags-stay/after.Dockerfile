FROM scratch
COPY --chown=1:1 --chmod=644 --link a.py b.py /srv/
