FROM nginx:1.13-alpine
COPY html /usr/share/nginx/html
