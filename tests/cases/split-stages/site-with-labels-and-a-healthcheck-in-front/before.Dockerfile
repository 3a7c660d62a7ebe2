FROM node:20-alpine
LABEL org.example.team=desk
HEALTHCHECK CMD curl -f http://localhost:5000/ || exit 1
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm install -g serve
EXPOSE 5000
CMD ["serve", "-s", "build", "-l", "tcp://0.0.0.0:5000"]
