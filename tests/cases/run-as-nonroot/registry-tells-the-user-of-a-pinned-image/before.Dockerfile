FROM registry.example.org/team/base:1.0@sha256:11a4a60b518bf24989d481468076e5d5982884626aed9faeb35b8576fcd223e1
COPY app.py /app/
CMD ["python", "/app/app.py"]
