// Package uretprobe tells the lines that bash reads.
package uretprobe

import "bpfc/sdk/bpf"

// Event is a line.
type Event struct {
	PID  uint32
	Line [80]byte
}

var events = bpf.PerfEventArray[Event]{}

//bpf:attach uretprobe//bin/bash:readline
func Readline(ctx *bpf.Uretprobe, line uintptr) int32 {
	var e Event
	_, e.PID = bpf.CurrentPidTgid()
	bpf.ReadUserStr(e.Line[:], line)
	events.Output(ctx, e)
	return 0
}
