FROM \
  python \
  AS build
