FROM python:3.14-slim-trixie
FROM golang:1.27-alpine3.24
