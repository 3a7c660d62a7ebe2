#!/bin/sh
sed -i "s/80/$PORT/" /etc/apache2/ports.conf
exec apache2-foreground
