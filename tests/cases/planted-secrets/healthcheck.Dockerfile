FROM nginx:1.29
HEALTHCHECK CMD curl -H 'Authorization: Bearer h34lthT0ken55' http://localhost/
