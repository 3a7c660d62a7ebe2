// Command convert answers unit conversions over HTTP.
package main

import (
	"context"
	"embed"
	"encoding/json"
	"html/template"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

//go:embed pages/*.html
var pages embed.FS

var index = template.Must(template.ParseFS(pages, "pages/index.html"))

func convert(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	value, err := strconv.ParseFloat(query.Get("value"), 64)
	if err != nil {
		http.Error(w, "value is not a number", http.StatusBadRequest)
		return
	}
	result, err := between(query.Get("from"), query.Get("to"), value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"value": result, "unit": query.Get("to")})
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/convert", convert)
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok")) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { index.Execute(w, units) })

	port := os.Getenv("PORT")
	if port == "" {
		port = "18010"
	}
	server := &http.Server{Addr: ":" + port, Handler: mux}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	go func() {
		<-ctx.Done()
		deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		server.Shutdown(deadline)
	}()

	log.Printf("convert listens on %s", server.Addr)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}
