package main

import "github.com/spf13/viper"

func main() {
	viper.SetConfigName("settings")
	viper.AddConfigPath("conf")
	if err := viper.ReadInConfig(); err != nil {
		panic(err)
	}
}
