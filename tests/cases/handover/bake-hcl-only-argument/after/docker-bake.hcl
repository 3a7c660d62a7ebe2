variable "NPM_TOKEN" {
  default = ""
}

# the image
target "web" {
  context = "."
  secret = [
    "id=npm_token,env=NPM_TOKEN"
  ]
  tags = ["web"]
}
