FROM alpine:3.20
# RUN wget --header='PRIVATE-TOKEN: glpat-0a1B2c3D4e5F6g7H8i9J' https://gitlab.com/x
RUN apk add git
