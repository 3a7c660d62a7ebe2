target "app" {
  context = "app"
  args = { A = "1", B = "1" }
}
