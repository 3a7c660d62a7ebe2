FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /src
COPY . .
RUN mvn package

FROM eclipse-temurin:21-jre
VOLUME /tmp
COPY --from=build /src/target/lib /app/lib
ENTRYPOINT ["java", "-cp", "app:app/lib/*", "org.example.Shop"]
