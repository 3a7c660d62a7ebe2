FROM python:3.13
RUN pip install --index-url https://build:Tr0ub4dor-and-3@pypi.example.com/simple acme
