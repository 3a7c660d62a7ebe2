variable "NPM_TOKEN" {
  default = ""
}

group "default" {
  targets = ["web", "api"]
}

target "_common" {
	args = {
		NPM_TOKEN = NPM_TOKEN
		VERSION = "1"
	}
}

target "web" {
	inherits = ["_common"]
	context = "."
}

target "api" {
	inherits = ["_common"]
	context = "."
	target = "web"
}
