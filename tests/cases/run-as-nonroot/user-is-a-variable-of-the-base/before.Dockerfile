FROM registry.example.org/team/notebook:1
USER root
RUN apt-get update && apt-get install -y graphviz
USER ${NB_UID}
