FROM php:8.3-apache
RUN apt-get update && apt-get install -y git unzip && rm -rf /var/lib/apt/lists/*
RUN docker-php-ext-install pdo_mysql opcache
COPY --from=composer:2 /usr/bin/composer /usr/bin/composer
# the site of the boats
COPY docker/vhost.conf /etc/apache2/sites-available/boats.conf
RUN a2enmod rewrite && a2dissite 000-default && a2ensite boats
WORKDIR /srv/boats
COPY . .
RUN composer install --no-dev --optimize-autoloader
EXPOSE 80
