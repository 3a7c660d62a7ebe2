variable "NPM_TOKEN" {
  default = ""
}

target "web" {
  args = { VERSION = "1" }
  secret = ["id=pip,src=pip.conf", "id=npm_token,env=NPM_TOKEN"]
}
target "api" {
  secret = ["id=npm_token,env=NPM_TOKEN"]
}
