FROM scratch
# café
COPY café.txt /
