target "all" {
  name = "all-${name}"
  matrix = { name = ["a", "b"] }
  dockerfile = "${name}.Dockerfile"
}
target "lint" {
  matrix = { kind = ["x", "y"] }
  name = "lint-${kind}"
  target = kind
}
