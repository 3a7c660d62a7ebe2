FROM python:3.14-slim
FROM debian:trixie
