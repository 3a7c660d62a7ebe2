FROM docker:27-dind
COPY run.sh /run.sh
CMD ["dockerd"]
