FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /src
COPY . .
RUN mvn package

FROM eclipse-temurin:21-jre
VOLUME /tmp
COPY --from=build /src/target/lib /app/lib
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
ENTRYPOINT ["java", "-cp", "app:app/lib/*", "org.example.Shop"]
