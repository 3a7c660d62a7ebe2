FROM eclipse-temurin:17-jdk
WORKDIR /opt
COPY app.jar ./
CMD ["java", "-jar", "app.jar"]
