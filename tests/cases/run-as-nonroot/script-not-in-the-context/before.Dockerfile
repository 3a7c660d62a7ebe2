FROM python:3.12-slim
COPY --from=registry.example.org/team/tools:1 /run.sh /run.sh
CMD ["/run.sh"]
