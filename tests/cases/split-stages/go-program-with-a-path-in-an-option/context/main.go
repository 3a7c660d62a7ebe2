package main
import ("flag";"os";"fmt")
func main(){ c:=flag.String("config","","");flag.Parse(); b,err:=os.ReadFile(*c); if err!=nil {panic(err)}; fmt.Print(string(b)) }
