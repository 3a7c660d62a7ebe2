FROM ghcr.io/owner/app:1.2.3 AS a
FROM python:3.14.1
