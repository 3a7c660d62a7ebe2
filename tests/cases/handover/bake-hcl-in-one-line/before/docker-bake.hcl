variable "NPM_TOKEN" {
  default = ""
}

target "web" {
  args = { NPM_TOKEN = NPM_TOKEN, VERSION = "1" }
  secret = ["id=pip,src=pip.conf"]
}
target "api" {
  args = { NPM_TOKEN = NPM_TOKEN }
}
