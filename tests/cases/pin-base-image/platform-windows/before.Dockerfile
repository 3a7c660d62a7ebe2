FROM --platform=windows/amd64 golang
