FROM maven:3-eclipse-temurin-17 AS build
WORKDIR /workspace
COPY pom.xml ./
COPY src src
RUN mvn -B package

FROM eclipse-temurin:17-jdk-jammy
WORKDIR /opt/quotes
COPY --from=build /workspace/target/quotes.jar ./
EXPOSE 8080
USER 10001
ENTRYPOINT ["java", "-jar", "quotes.jar"]
