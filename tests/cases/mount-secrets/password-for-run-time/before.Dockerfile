FROM postgres:17
ENV POSTGRES_PASSWORD=hunter2hunter2
