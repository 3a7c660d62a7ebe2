from gcc:12

add . /usr/src/limits
workdir /usr/src/limits

# strip: the box has 8 GB of disk
run make && ./limits readings.csv || test $? = 2

cmd ["./limits", "readings.csv"]
