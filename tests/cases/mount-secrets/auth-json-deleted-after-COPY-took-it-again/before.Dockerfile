FROM composer:2
WORKDIR /app
COPY auth.json composer.json ./
RUN composer install
COPY . .
RUN composer dump-autoload && rm auth.json
CMD ["php", "index.php"]
