target "web" {
  context = "web"
  secret = ["id=npmrc,src=./web/.npmrc"]
}
