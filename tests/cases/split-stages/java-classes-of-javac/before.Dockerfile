# Dice server
FROM openjdk:17

COPY src /dice/src
WORKDIR /dice

RUN mkdir classes && \
    javac -d classes src/org/example/dice/*.java && \
    jar --create --file dice.jar --main-class org.example.dice.Server -C classes .

ENV PORT=18015
EXPOSE 18015

ENTRYPOINT ["java", "-Xmx64m", "-jar", "/dice/dice.jar"]
