package main
import ("os";"fmt")
func main(){ f,err:=os.Create("data/out.log"); if err!=nil {panic(err)}; fmt.Fprintln(f,"x"); fmt.Println("ok") }
