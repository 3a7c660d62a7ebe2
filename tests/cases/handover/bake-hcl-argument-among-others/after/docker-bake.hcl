variable "NPM_TOKEN" {
  default = ""
}

target "web" {
  context = "."
  args = {
    VERSION   = "1" # of the shop
  }
  secret = ["id=npm_token,env=NPM_TOKEN"]
}
