ARG V
FROM node:${V:-26-trixie}
