package main
import ("os";"strings";"fmt";"path/filepath")
func main(){ for _,d:=range strings.Split(os.Getenv("THEMES"),":") { b,err:=os.ReadFile(filepath.Join(d,"main"+".css")); if err!=nil {panic(err)}; fmt.Print(string(b)) } }
