variable "NPM_TOKEN" {
  default = ""
}

target "web" {
  context = "."
  args = {
    VERSION   = "1" # of the shop
    NPM_TOKEN = "${NPM_TOKEN}"
  }
}
