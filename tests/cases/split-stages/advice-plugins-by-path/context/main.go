package main

import (
	"log"
	"plugin"
	"net/http"
)

func main() {
	plugin.Open("tax.so")
	log.Fatal(http.ListenAndServe(":8080", nil))
}
