FROM eclipse-temurin:17
COPY . /app
WORKDIR /app
RUN javac Main.java
CMD ["java","Main.java"]
