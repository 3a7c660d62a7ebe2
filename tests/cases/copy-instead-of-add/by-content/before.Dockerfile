FROM scratch
ADD app.py /srv/
ADD app.tar.gz /opt/
ADD layer /
ADD words.zip /opt/
ADD notes.gz /opt/
ADD fake.tar.gz /opt/
ADD src /src
