// Package uptime says since when the process has been up.
package uptime

import "time"

type Clock struct{ start time.Time }

func Start() Clock { return Clock{start: time.Now()} }

func (c Clock) Seconds() int { return int(time.Since(c.start).Seconds()) }
