FROM alpine:3.20
RUN wget --header="PRIVATE-TOKEN: glpat-9zY8xW7vU6tS5rQ4pO3n" https://gitlab.com/x
