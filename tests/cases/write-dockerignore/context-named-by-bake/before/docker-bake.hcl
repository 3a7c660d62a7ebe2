target "web" {
  context    = "web"
  dockerfile = "../docker/Dockerfile"
}
