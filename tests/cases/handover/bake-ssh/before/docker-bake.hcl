target "web" {
  context = "."
  args = {
    SSH_KEY = "${SSH_KEY}"
  }
}
