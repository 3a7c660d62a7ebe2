package main

import (
	"html/template"
	"os"
)

var version string

// pages in "drafts/*.html" aren't shown
var pages = template.Must(template.ParseGlob("templates/*.html"))

func main() {
	pages.ExecuteTemplate(os.Stdout, "about.html", version)
	style, err := os.ReadFile("./static/site.css")
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(style)
}
