FROM mariadb:11
RUN mysql -e "CREATE USER app IDENTIFIED BY 'Db-4cc0unt-pw'"
