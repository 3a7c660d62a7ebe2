ARG V=3.14.1
FROM python:${V} AS a
ARG V
RUN echo $V
