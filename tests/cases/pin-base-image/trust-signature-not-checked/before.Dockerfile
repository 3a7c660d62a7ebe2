FROM python
COPY --from=node /a /b
