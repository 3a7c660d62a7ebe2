package main
import "github.com/gin-gonic/gin"
func main(){ r:=gin.Default(); r.LoadHTMLGlob("**/*.tmpl"); r.Static("/assets","./public"); r.StaticFile("/favicon.ico","favicon.ico"); r.Run() }
