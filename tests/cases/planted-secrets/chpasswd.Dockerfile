FROM debian:13
RUN echo 'root:R00tPa55!x' | chpasswd
