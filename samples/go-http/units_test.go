package main

import "testing"

func TestMilesToKilometres(t *testing.T) {
	if got, _ := between("mile", "km", 10); got != 16.09344 {
		t.Errorf("10 miles are %v km", got)
	}
}
