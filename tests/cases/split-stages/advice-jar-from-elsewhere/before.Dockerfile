FROM maven:3-eclipse-temurin-21-alpine
WORKDIR /app
COPY pom.xml .
RUN mvn -B dependency:go-offline
COPY src ./src
RUN mvn -B -DskipTests package && cp target/quotes.jar /app/quotes.jar
ENV JAVA_OPTS="-Xmx128m"
EXPOSE 8080
CMD java $JAVA_OPTS -jar /opt/other.jar
