FROM debian:13
RUN apt-get update && apt-get install -y openssh-server && echo 'root:hunter2' | chpasswd
