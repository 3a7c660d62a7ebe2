FROM node:20-alpine
ARG TEAM=desk
LABEL org.example.team=$TEAM
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm install -g serve
ENV PORT=8080
EXPOSE $PORT
CMD ["serve", "-s", "build"]
