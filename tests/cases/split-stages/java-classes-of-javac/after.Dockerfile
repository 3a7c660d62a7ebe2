# Dice server
FROM openjdk:17 AS build

COPY src /dice/src
WORKDIR /dice

RUN mkdir classes && \
    javac -d classes src/org/example/dice/*.java && \
    jar --create --file dice.jar --main-class org.example.dice.Server -C classes .

FROM eclipse-temurin:17-jre
WORKDIR /dice
COPY --from=build /dice/dice.jar ./

ENV PORT=18015
EXPOSE 18015

ENTRYPOINT ["java", "-Xmx64m", "-jar", "/dice/dice.jar"]
