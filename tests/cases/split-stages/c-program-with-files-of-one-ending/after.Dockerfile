FROM gcc:12 AS build
WORKDIR /app
COPY . .
RUN gcc -o app main.c

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/level1.dat ./
USER 0:0
ENTRYPOINT ["./app"]
CMD ["level1"]
