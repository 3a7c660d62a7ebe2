FROM eclipse-temurin:21 AS build
ARG gitlab_token=null
ENV GITLAB_TOKEN ${gitlab_token}
COPY . .
RUN ./gradlew assemble

FROM eclipse-temurin:21-jre
COPY --from=build /app.jar /
