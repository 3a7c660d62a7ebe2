// Command beacon tells a load balancer that this host is alive.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"example.org/beacon/internal/uptime"
)

func main() {
	listen := flag.String("listen", ":18011", "address to listen on")
	site := flag.String("site", "unnamed", "name of the site")
	flag.Parse()

	clock := uptime.Start()
	http.HandleFunc("/alive", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Uptime", fmt.Sprint(clock.Seconds()))
		fmt.Fprintf(w, "%s is alive\n", *site)
	})

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-stop
		os.Exit(0)
	}()
	log.Fatal(http.ListenAndServe(*listen, nil))
}
