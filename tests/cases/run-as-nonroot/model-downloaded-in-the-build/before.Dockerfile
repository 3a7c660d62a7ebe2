FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN python -c "from transformers import pipeline, AutoModel; AutoModel.from_pretrained('bert')"
CMD ["python", "app.py"]
