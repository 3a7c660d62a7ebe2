variable "TAG" {
  default = "edge"
}
target "base" {
  context = "base"
  tags = ["ghcr.io/acme/base:${TAG}"]
}
target "tools" {
  context = "base"
  tags = ["ghcr.io/acme/tools:1.1"]
}
