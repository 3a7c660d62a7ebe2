chown -R daemon /app/data
