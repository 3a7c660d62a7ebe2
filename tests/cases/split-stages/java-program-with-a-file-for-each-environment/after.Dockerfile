FROM eclipse-temurin:17 AS build
WORKDIR /app
COPY . .
RUN javac -d out src/Main.java && jar cfm app.jar manifest.txt -C out .

FROM eclipse-temurin:17-jre
WORKDIR /app
COPY --from=build /app/app.jar ./
COPY --from=build /app/application-dev.properties ./
ENTRYPOINT ["java","-jar","/app/app.jar"]
