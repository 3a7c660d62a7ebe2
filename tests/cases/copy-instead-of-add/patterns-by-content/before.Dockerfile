FROM scratch
ADD *.py /srv/
ADD app* /opt/
ADD conf.d/* /etc/
ADD missing* /x/
