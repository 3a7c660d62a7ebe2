FROM httpd:2.4
COPY html /usr/local/apache2/htdocs/
RUN mkdir -p /usr/local/apache2/logs \
    && chown -R 33:33 /usr/local/apache2/logs
# www-data, by number: Kubernetes' runAsNonRoot can't check names
USER 33:33
