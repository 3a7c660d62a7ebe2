FROM scratch
ADD app.tar.gz /opt/
ADD root.txz /
ADD data.gz /
COPY words.zip /
COPY app.jar /
COPY rootfs/ /
COPY ../up /
