from gcc:12 as build

add . /usr/src/limits
workdir /usr/src/limits

# strip: the box has 8 GB of disk
run make && strip limits

from gcr.io/distroless/base-debian12:nonroot
workdir /usr/src/limits
copy --from=build /usr/src/limits/limits ./
copy --from=build /usr/src/limits/readings.csv ./
user 0:0

cmd ["./limits", "readings.csv"]
