FROM node:20
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npx webpack --mode production
EXPOSE 3000
CMD ["node", "build/main.js"]
