FROM scratch
ADD *.py /srv/
ADD * /all/
ADD conf.d/* /etc/
ADD *.tar /x/
