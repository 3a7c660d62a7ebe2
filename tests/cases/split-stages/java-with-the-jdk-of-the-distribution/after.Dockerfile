FROM ubuntu:22.04 AS build
RUN apt-get update && apt-get install -y openjdk-17-jdk maven
WORKDIR /app
COPY . .
RUN mvn -B package

FROM ubuntu:22.04
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jre \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/target/shop.jar /app/target/shop.jar
CMD ["java", "-jar", "target/shop.jar"]
