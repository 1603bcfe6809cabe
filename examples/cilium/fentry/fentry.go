// Package fentry reports the IPv4 connections that processes open.
package fentry

import (
	"bpfc/sdk/bpf"
	"examples/kernel"
)

// Event is one connection.
type Event struct {
	Comm  bpf.Comm
	SAddr bpf.Be32
	DAddr bpf.Be32
	SPort uint16
	DPort bpf.Be16
}

var events = bpf.RingBuf[Event]{Size: 1 << 16}

//bpf:attach fentry/tcp_connect
func Connect(ctx *bpf.Fentry, sk *kernel.Sock) int32 {
	if sk.Common.Family != bpf.AFINet {
		return 0
	}
	e := events.Reserve()
	if e == nil {
		return 0
	}
	e.Comm = bpf.CurrentComm()
	e.SAddr = sk.Common.SAddr
	e.DAddr = sk.Common.DAddr
	e.SPort = sk.Common.SPort
	e.DPort = sk.Common.DPort
	events.Submit(e)
	return 0
}
