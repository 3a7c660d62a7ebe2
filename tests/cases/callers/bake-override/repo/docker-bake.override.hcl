target "app" {
  target = "debug"
  args = { B = "2" }
}
