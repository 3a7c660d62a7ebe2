FROM maven:3-eclipse-temurin-21 AS build
WORKDIR /src
COPY settings.xml /root/.m2/settings.xml
COPY pom.xml .
RUN mvn -B package

FROM eclipse-temurin:21-jre
COPY --from=build /src/target/app.jar /app.jar
