FROM php:8.3-apache
COPY . /var/www/html/
RUN mkdir -p /var/www/html/data && chown -R www-data:www-data /var/www/html/data
EXPOSE 80
