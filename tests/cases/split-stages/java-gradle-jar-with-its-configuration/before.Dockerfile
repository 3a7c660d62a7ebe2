FROM gradle:8-jdk17
COPY . /home/gradle/src
WORKDIR /home/gradle/src
RUN gradle bootJar --no-daemon
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "/home/gradle/src/build/libs/quotes-1.0.jar"]
