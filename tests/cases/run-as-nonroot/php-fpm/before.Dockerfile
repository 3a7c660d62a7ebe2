FROM php:8.3-fpm-alpine
WORKDIR /var/www/html
COPY index.php .
