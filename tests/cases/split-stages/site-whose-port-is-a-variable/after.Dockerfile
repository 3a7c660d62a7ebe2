FROM node:20-alpine AS build
ARG TEAM=desk
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm install -g serve

FROM nginxinc/nginx-unprivileged:stable-alpine
ARG TEAM=desk
RUN printf '%s\n' \
    'server {' \
    '    listen 8080;' \
    '    root /usr/share/nginx/html;' \
    '    charset utf-8;' \
    '    charset_types text/css text/plain text/javascript application/javascript application/json;' \
    '    gzip on;' \
    '    gzip_types text/css text/plain text/javascript application/javascript application/json image/svg+xml;' \
    '    include /etc/nginx/mime.types;' \
    '    types { text/javascript mjs; application/manifest+json webmanifest; }' \
    '    location / {' \
    '        try_files $uri /index.html;' \
    '    }' \
    '}' > /etc/nginx/conf.d/default.conf
COPY --from=build /app/build /usr/share/nginx/html
LABEL org.example.team=$TEAM
ENV PORT=8080
EXPOSE $PORT
