ARG REGISTRY_TOKEN
FROM registry.example.com/${REGISTRY_TOKEN}/base:1
RUN true
