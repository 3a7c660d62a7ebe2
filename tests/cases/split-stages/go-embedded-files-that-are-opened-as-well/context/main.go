package main
import ("embed";"net/http";"os";"html/template")
//go:embed web
var web embed.FS
func main(){ if os.Getenv("LIVE")!="" { http.Handle("/", http.FileServer(http.Dir("web"))) } else { http.Handle("/", http.FileServer(http.FS(web))) }
 template.Must(template.ParseFiles("web/a.html"))
 http.ListenAndServe(":8093",nil) }
