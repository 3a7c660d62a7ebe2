FROM eclipse-temurin:17 AS build
WORKDIR /app
COPY lib lib
COPY src src
RUN javac -cp "lib/*" -d classes src/org/example/Shop.java

FROM eclipse-temurin:17-jre
WORKDIR /app
COPY --from=build /app/classes /app/classes
COPY --from=build /app/lib/* /app/lib/
CMD ["java", "-cp", "classes:lib/*", "org.example.Shop"]
