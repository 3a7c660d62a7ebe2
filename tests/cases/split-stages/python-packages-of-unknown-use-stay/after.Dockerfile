FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get upgrade -y && apt-get install -y \
    g++ cmake gfortran \
    ffmpeg=7:5.1.* \
    libgdal-dev \
    libjpeg-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /
RUN mkdir -p /data/thumbs && pip install -r /requirements.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get upgrade -y \
    && apt-get install -y ffmpeg=7:5.1.* libatomic1 libgdal-dev libgfortran5 libgomp1 libjpeg62-turbo \
    && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /data/thumbs
COPY --from=build /usr/local /usr/local
COPY thumbs.py /
ENTRYPOINT ["python", "/thumbs.py"]
