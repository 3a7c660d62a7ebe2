FROM alpine:3.20
# RUN git clone https://oauth2:glpat-C0mm3nt3d0utT0ken1@gitlab.com/a/b
RUN apk add git
