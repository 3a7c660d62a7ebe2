# how the images are built
variable "VERSION" {
  default = "1.2"
}
variable "TAG" { default = "v${VERSION}" }
variable "NONE" { default = null }

function "lower" {
  params = [x]
  result = "${x}"
}

group "default" {
  targets = ["release", "dev"]
}

target "_common" {
  args = {
    COMMON  = "yes"
    VERSION = VERSION
  }
}

target "dev" {
  inherits = ["_common"]
  target   = "dev"
  args     = { EXTRA = "${TAG}-dev", NOTHING = null }
}

target "release" {
  inherits  = ["_common", "dev"]
  target    = "release"
  context   = "."
  dockerfile = "Dockerfile"
  contexts  = { base = "docker-image://alpine:3.22" }
  args = {
    VERSION = "9"         // wins
    CALLED  = lower(TAG)
    NONE    = NONE
    CHOSEN  = TAG != "" ? "a" : "b"
  }
  platforms = ["linux/amd64", "linux/arm64",]
  secret    = ["type=env,id=npm", { type = "file", id = "pip", src = "pip.conf" }]
  tags      = ["acme/app:${TAG}"]
  /* nothing
     else */
}
