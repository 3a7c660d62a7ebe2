FROM composer:2 AS vendor
WORKDIR /app
COPY composer.json composer.lock auth.json ./
RUN composer install --no-dev && rm auth.json
