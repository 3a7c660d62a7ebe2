FROM node:22-alpine
RUN echo "//registry.npmjs.org/:_authToken=npm_000000000000000000000000000000000000" > /root/.npmrc
