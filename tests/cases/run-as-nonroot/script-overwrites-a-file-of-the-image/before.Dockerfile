FROM nginx:1.29
COPY html /usr/share/nginx/html
COPY start.sh /start.sh
CMD ["/start.sh"]
