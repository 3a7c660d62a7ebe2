FROM ubuntu:22.04
RUN apt-get update && apt-get install -y openjdk-17-jdk maven
WORKDIR /app
COPY . .
RUN mvn -B package
CMD ["java", "-jar", "target/shop.jar"]
