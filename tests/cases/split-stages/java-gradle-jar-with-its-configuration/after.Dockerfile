FROM gradle:8-jdk17 AS build
COPY . /home/gradle/src
WORKDIR /home/gradle/src
RUN gradle bootJar --no-daemon

FROM eclipse-temurin:17-jre
WORKDIR /home/gradle/src
COPY --from=build /home/gradle/src/build/libs/quotes-1.0.jar /home/gradle/src/build/libs/quotes-1.0.jar
COPY --from=build /home/gradle/src/config /home/gradle/src/config
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "/home/gradle/src/build/libs/quotes-1.0.jar"]
