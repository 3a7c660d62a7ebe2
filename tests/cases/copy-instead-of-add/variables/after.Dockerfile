FROM scratch
ARG JAR=app.jar
ADD ${JAR} /app.jar
ADD target/${JAR} /app.jar
COPY target/$NAME.jar /app.jar
ADD dist/app-${VERSION}.tar.gz /
ADD ${URL}/app.py /
