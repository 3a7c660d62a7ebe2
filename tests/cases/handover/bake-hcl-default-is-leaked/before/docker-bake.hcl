variable "NPM_TOKEN" {
  default = "npm_0123456789"
}
target "web" {
  context = "."
  args = {
    NPM_TOKEN = NPM_TOKEN
  }
}
