FROM node:20
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN mkdir -p uploads
VOLUME /app/uploads
EXPOSE 3000
CMD ["npm", "start"]
