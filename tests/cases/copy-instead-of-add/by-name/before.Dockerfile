FROM scratch
ADD app.tar.gz /opt/
ADD root.txz /
ADD data.gz /
ADD words.zip /
ADD app.jar /
ADD rootfs/ /
ADD ../up /
