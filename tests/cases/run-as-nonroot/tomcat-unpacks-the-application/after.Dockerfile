FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /src
COPY . .
RUN mvn package

FROM tomcat:10.1
COPY --from=build /src/target/shop.war /usr/local/tomcat/webapps/ROOT.war
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app \
    && mkdir -p /usr/local/tomcat/conf/Catalina \
    && chown 10001:10001 /usr/local/tomcat/conf/Catalina /usr/local/tomcat/webapps
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
