target "web" {
  context = "."
  ssh = ["default"]
}
