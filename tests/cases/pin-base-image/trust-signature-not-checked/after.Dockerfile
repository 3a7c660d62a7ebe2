FROM python
COPY --from=node:26-trixie /a /b
