FROM python:3.77
