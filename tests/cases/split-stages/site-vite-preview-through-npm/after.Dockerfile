FROM node:20-alpine AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM nginxinc/nginx-unprivileged:stable-alpine
RUN printf '%s\n' \
    'server {' \
    '    listen 4173;' \
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
COPY --from=build /app/public_html /usr/share/nginx/html
EXPOSE 4173
