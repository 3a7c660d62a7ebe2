FROM python AS a
FROM python AS b
COPY --from=python /x /x
