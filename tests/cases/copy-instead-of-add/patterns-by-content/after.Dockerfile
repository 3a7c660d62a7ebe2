FROM scratch
COPY *.py /srv/
ADD app* /opt/
COPY conf.d/* /etc/
ADD missing* /x/
