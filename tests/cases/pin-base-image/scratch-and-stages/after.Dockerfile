FROM golang:1.27-trixie AS Build
FROM build AS test
FROM scratch
COPY --from=build /a /a
COPY --from=0 /b /b
