package main
import ("fmt";"os")
func main(){
 env:=os.Getenv("APP_ENV")
 b,err:=os.ReadFile("config." + env + ".toml"); if err!=nil {panic(err)}
 fmt.Print(string(b))
}
