package main

import (
	"html/template"
	"net/http"
	"os"
)

var version string

// pages in "drafts/*.html" aren't shown
var pages = template.Must(template.ParseGlob("templates/*.html"))

func main() {
	http.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("./static"))))
	http.HandleFunc("/about", func(w http.ResponseWriter, r *http.Request) { pages.ExecuteTemplate(w, "about.html", version) })
	http.ListenAndServe(os.Getenv("LISTEN"), nil)
}
