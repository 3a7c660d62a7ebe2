# escape=`
FROM golang
RUN dir C:\
FROM python:latest
