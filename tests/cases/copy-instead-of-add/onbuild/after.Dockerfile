FROM scratch
ONBUILD COPY . /app
ONBUILD  add app.tar /
