FROM scratch
COPY app.py /srv/
ADD app.tar.gz /opt/
ADD layer /
COPY words.zip /opt/
COPY notes.gz /opt/
COPY fake.tar.gz /opt/
COPY src /src
