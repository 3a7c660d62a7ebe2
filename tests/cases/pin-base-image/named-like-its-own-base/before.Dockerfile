FROM nginx:1.30
