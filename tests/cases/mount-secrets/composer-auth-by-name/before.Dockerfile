# syntax=docker/dockerfile:1
FROM composer:2 AS vendor
ARG COMPOSER_AUTH
COPY composer.json composer.lock ./
RUN composer install --no-dev
