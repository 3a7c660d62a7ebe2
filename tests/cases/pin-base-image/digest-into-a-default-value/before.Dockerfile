FROM python:${PYTHON:-3.14}
