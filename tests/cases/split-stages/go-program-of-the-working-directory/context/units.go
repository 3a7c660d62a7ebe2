package main

import "fmt"

type unit struct {
	Kind   string
	Factor float64
}

var units = map[string]unit{
	"m":    {"length", 1},
	"km":   {"length", 1000},
	"mile": {"length", 1609.344},
	"kg":   {"mass", 1},
	"lb":   {"mass", 0.45359237},
}

func between(from, to string, value float64) (float64, error) {
	a, known := units[from]
	b, knownToo := units[to]
	if !known || !knownToo {
		return 0, fmt.Errorf("unknown unit: %s or %s", from, to)
	}
	if a.Kind != b.Kind {
		return 0, fmt.Errorf("%s is a %s, %s is a %s", from, a.Kind, to, b.Kind)
	}
	return value * a.Factor / b.Factor, nil
}
