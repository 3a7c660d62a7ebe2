FROM scratch AS debug
