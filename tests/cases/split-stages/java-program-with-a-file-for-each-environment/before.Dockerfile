FROM eclipse-temurin:17
WORKDIR /app
COPY . .
RUN javac -d out src/Main.java && jar cfm app.jar manifest.txt -C out .
ENTRYPOINT ["java","-jar","/app/app.jar"]
