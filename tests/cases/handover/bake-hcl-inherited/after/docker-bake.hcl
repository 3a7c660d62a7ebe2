variable "NPM_TOKEN" {
  default = ""
}

group "default" {
  targets = ["web", "api"]
}

target "_common" {
	args = {
		VERSION = "1"
	}
	secret = ["id=npm_token,env=NPM_TOKEN"]
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
