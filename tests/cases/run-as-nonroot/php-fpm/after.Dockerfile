FROM php:8.3-fpm-alpine
WORKDIR /var/www/html
COPY index.php .
# www-data, by number: Kubernetes' runAsNonRoot can't check names
USER 82:82
