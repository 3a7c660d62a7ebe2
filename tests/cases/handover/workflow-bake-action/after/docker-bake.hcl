variable "NPM_TOKEN" {
  default = ""
}
target "web" {
  context = "."
  secret = [
    "id=npm_token,env=NPM_TOKEN"
  ]
}
