package main

import "runtime/debug"

func main() {
	info, _ := debug.ReadBuildInfo()
	println(info.String())
}
