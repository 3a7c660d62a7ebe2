FROM --platform=linux/arm64 registry.example.org/team/base:1
COPY app.py /app/
CMD ["python", "/app/app.py"]
