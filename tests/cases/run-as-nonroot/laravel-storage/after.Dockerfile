FROM php:8.3-apache
WORKDIR /var/www/html
COPY . .
RUN a2enmod rewrite
RUN mkdir -p /var/lock/apache2 /var/log/apache2 /var/run/apache2 \
    && chown -R 33:33 /var/lock/apache2 /var/log/apache2 /var/run/apache2 /var/www/html/bootstrap/cache /var/www/html/storage
# www-data, by number: Kubernetes' runAsNonRoot can't check names
USER 33:33
