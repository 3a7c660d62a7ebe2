FROM eclipse-temurin:17
COPY Main.java /
RUN javac Main.java
CMD ["java","Main"]
