# syntax=docker/dockerfile:1
FROM composer:2 AS vendor
COPY composer.json composer.lock ./
RUN --mount=type=secret,id=composer_auth,env=COMPOSER_AUTH,required=true \
    composer install --no-dev
