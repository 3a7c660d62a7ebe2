target "app" {
  context = "."
