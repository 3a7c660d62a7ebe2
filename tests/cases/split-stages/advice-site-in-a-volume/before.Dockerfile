FROM node:20-alpine
WORKDIR /app
COPY package*.json ./
RUN npm install
COPY . .
RUN npm i -g serve
VOLUME /app/build
RUN npm run build
CMD ["serve","-s","build"]
