FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /src
COPY . .
RUN mvn package

FROM tomcat:10.1
COPY --from=build /src/target/shop.war /usr/local/tomcat/webapps/ROOT.war
