FROM eclipse-temurin:17
WORKDIR /app
COPY lib lib
COPY src src
RUN javac -cp "lib/*" -d classes src/org/example/Shop.java
CMD ["java", "-cp", "classes:lib/*", "org.example.Shop"]
