FROM localhost:5000/python
FROM registry.example.com:443/team/app:latest
