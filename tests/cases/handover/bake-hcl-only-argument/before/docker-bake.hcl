variable "NPM_TOKEN" {
  default = ""
}

# the image
target "web" {
  context = "."
  args = {
    NPM_TOKEN = NPM_TOKEN
  }
  tags = ["web"]
}
