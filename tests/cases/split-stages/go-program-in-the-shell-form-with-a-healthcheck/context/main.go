package main

import (
	"fmt"
	"os"
)

func main() {
	folder, _ := os.Getwd()
	fmt.Println("in", folder, "as", os.Getuid(), "on", os.Getenv("STORE_PORT"), os.Args[1:])
	for _, path := range os.Args[1:] {
		if text, err := os.ReadFile(path); err == nil {
			fmt.Print(string(text))
		}
	}
	if probe, err := os.CreateTemp("/var/lib/store", "probe"); err == nil {
		fmt.Println("writes to its data")
		os.Remove(probe.Name())
	}
}
