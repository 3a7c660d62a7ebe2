variable "NPM_TOKEN" {
  default = ""
}
target "web" {
  context = "."
  args = {
    NPM_TOKEN = NPM_TOKEN
  }
}
