FROM php:8.3-fpm-alpine AS build
RUN apk add --no-cache git unzip
COPY --from=composer:2 /usr/bin/composer /usr/local/bin/composer
WORKDIR /var/www/html
COPY composer.json composer.lock ./
RUN composer install --no-dev --no-scripts
COPY . .
RUN composer dump-autoload --optimize

FROM php:8.3-fpm-alpine
COPY --from=build /var/www/html ./
RUN chown -R www-data:www-data storage
CMD ["php-fpm"]
