FROM scratch
# café
ADD café.txt /
