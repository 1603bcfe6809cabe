// Package tcprtt tells the round-trip time of IPv4 connections that are closed.
package tcprtt

import (
	"bpfc/sdk/bpf"
	"examples/kernel"
)

// Event is a closed connection; SRTT is in milliseconds.
type Event struct {
	SPort uint16
	DPort bpf.Be16
	SAddr bpf.Be32
	DAddr bpf.Be32
	SRTT  uint32
}

var events = bpf.RingBuf[Event]{Size: 1 << 24}

//bpf:attach fentry/tcp_close
func Close(ctx *bpf.Fentry, sk *kernel.Sock) int32 {
	if sk.Common.Family != bpf.AFINet {
		return 0
	}
	tcp := (*kernel.TCPSock)(bpf.SkcToTcpSock(sk))
	if tcp == nil {
		return 0
	}
	e := events.Reserve()
	if e == nil {
		return 0
	}
	e.SAddr = sk.Common.SAddr
	e.DAddr = sk.Common.DAddr
	e.SPort = sk.Common.SPort
	e.DPort = sk.Common.DPort
	e.SRTT = (tcp.SrttUs >> 3) / 1000
	events.Submit(e)
	return 0
}
