FROM php:8.3-apache
COPY . /var/www/html/
RUN mkdir -p /var/www/html/data && chown -R www-data:www-data /var/www/html/data
RUN mkdir -p /var/lock/apache2 /var/log/apache2 /var/run/apache2 \
    && chown -R 33:33 /var/lock/apache2 /var/log/apache2 /var/run/apache2
# www-data, by number: Kubernetes' runAsNonRoot can't check names
USER 33:33
EXPOSE 80
