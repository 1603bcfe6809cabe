// Package filter counts packets by protocol and drops UDP to one port.
package filter

import "bpfc/sdk/bpf"

// Drop is the UDP port whose packets are dropped.
//
//bpf:config
var Drop uint32 = 9

// Packets counts by IP protocol.
var Packets = bpf.HashMap[uint8, uint64]{MaxEntries: 256}

type header struct {
	Ethernet [12]uint8
	Type     bpf.Be16
	_        [9]uint8
	Protocol uint8
	_        [12]uint8
	Port     bpf.Be16
}

// Filter is the program. IP options are not expected.
//
//bpf:attach xdp
func Filter(ctx *bpf.XDP) bpf.XDPAction {
	h := bpf.At[header](ctx, 0)
	if h == nil || h.Type.Host() != 0x0800 {
		return bpf.XDPPass
	}
	if n := Packets.Lookup(h.Protocol); n != nil {
		*n++
	} else {
		Packets.Update(h.Protocol, 1, bpf.Any)
	}
	if h.Protocol == 17 && uint32(h.Port.Host()) == Drop {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
