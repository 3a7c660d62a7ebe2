FROM python:slim
FROM golang:alpine
