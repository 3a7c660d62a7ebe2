package main
import ("fmt";"os")
func main(){ b,err:=os.ReadFile("version.txt"); if err!=nil {panic(err)}; fmt.Print(string(b)) }
