# escape=`
FROM golang:1.27
RUN dir C:\
FROM python:3.14
