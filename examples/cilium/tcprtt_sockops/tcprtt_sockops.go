// Package tcprtt_sockops follows the round-trip times of a cgroup's IPv4 connections while they live.
package tcprtt_sockops

import "bpfc/sdk/bpf"

// Conn names a connection from this machine's side, in host byte order.
type Conn struct {
	LocalIP, RemoteIP     uint32
	LocalPort, RemotePort uint32
}

// Role says which side opened the connection.
type Role uint8

const (
	active Role = iota
	passive
)

// Event is a measurement; SRTT is in milliseconds. The source is who opened the connection.
type Event struct {
	SPort, DPort uint16
	SAddr, DAddr uint32
	SRTT         uint32
}

var (
	established = bpf.HashMap[Conn, Role]{MaxEntries: 65535}
	events      = bpf.RingBuf[Event]{Size: 1 << 24}
)

func connOf(ctx *bpf.SockOps) Conn {
	return Conn{
		LocalIP:    ctx.LocalIP4.Host(),
		RemoteIP:   ctx.RemoteIP4.Host(),
		LocalPort:  ctx.LocalPort,
		RemotePort: ctx.RemotePort.Host(),
	}
}

func follow(ctx *bpf.SockOps, role Role) {
	if ctx.Family != bpf.AFINet || established.Update(connOf(ctx), role, bpf.NoExist) != 0 {
		return
	}
	bpf.SockOpsCbFlagsSet(ctx, bpf.SockOpsFlagRTT|bpf.SockOpsFlagState)
}

func report(ctx *bpf.SockOps) {
	conn := connOf(ctx)
	role := established.Lookup(conn)
	if role == nil {
		return
	}
	e := events.Reserve()
	if e == nil {
		return
	}
	if *role == active {
		e.SAddr, e.SPort = conn.LocalIP, uint16(conn.LocalPort)
		e.DAddr, e.DPort = conn.RemoteIP, uint16(conn.RemotePort)
	} else {
		e.SAddr, e.SPort = conn.RemoteIP, uint16(conn.RemotePort)
		e.DAddr, e.DPort = conn.LocalIP, uint16(conn.LocalPort)
	}
	e.SRTT = (ctx.SrttUs >> 3) / 1000
	events.Submit(e)
}

//bpf:attach sockops
func Follow(ctx *bpf.SockOps) bpf.Verdict {
	switch ctx.Op {
	case bpf.SockOpsActiveEstablished:
		follow(ctx, active)
	case bpf.SockOpsPassiveEstablished:
		follow(ctx, passive)
	case bpf.SockOpsRTT:
		report(ctx)
	case bpf.SockOpsState:
		if ctx.Args[0] == bpf.TCPEstablished {
			established.Delete(connOf(ctx))
		}
	}
	return bpf.Deny
}
