FROM nginx:1.29
COPY server.key /etc/nginx/server.key
