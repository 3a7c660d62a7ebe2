FROM mariadb:11
RUN service mysql start && mysql -e "CREATE USER app IDENTIFIED BY 'hunter2hunter2'"
