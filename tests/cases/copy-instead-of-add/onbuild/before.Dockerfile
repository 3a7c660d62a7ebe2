FROM scratch
ONBUILD ADD . /app
ONBUILD  add app.tar /
