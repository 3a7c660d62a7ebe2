FROM scratch
ADD app.py /srv/
ADD src /srv/src/
ADD . /all
