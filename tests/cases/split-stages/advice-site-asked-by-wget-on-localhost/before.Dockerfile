FROM node:20-alpine
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm install -g serve
HEALTHCHECK CMD wget -q -O /dev/null http://localhost:3000/
EXPOSE 3000
CMD ["serve", "-s", "build"]
