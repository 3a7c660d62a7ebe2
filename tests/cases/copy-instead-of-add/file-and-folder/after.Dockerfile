FROM scratch
COPY app.py /srv/
COPY src /srv/src/
COPY . /all
