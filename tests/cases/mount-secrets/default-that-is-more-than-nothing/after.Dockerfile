FROM eclipse-temurin:21 AS build
COPY . .
RUN --mount=type=secret,id=gitlab_token \
    export GITLAB_TOKEN="$(cat /run/secrets/gitlab_token 2>/dev/null || echo null)" && \
    ./gradlew assemble

FROM eclipse-temurin:21-jre
COPY --from=build /app.jar /
