// Package xdp counts IPv4 packets by their source.
package xdp

import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

// Ethernet is the header of a frame.
type Ethernet struct {
	Dst, Src [6]byte
	Type     bpf.Be16
}

// IPv4 is the header of a packet without options.
type IPv4 struct {
	VersionLen, TOS uint8
	Len, ID, Frag   bpf.Be16
	TTL, Proto      uint8
	Check           uint16
	Src, Dst        bpf.Be32
}

const ethIPv4 = 0x0800

var packets = bpf.LRUHashMap[bpf.Be32, uint32]{MaxEntries: 16}

//bpf:attach xdp
func CountSources(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Ethernet](ctx, 0)
	if eth == nil || eth.Type != bpf.HToN16(ethIPv4) {
		return bpf.XDPPass
	}
	ip := bpf.At[IPv4](ctx, 14)
	if ip == nil {
		return bpf.XDPPass
	}
	if n := packets.LookupOrInit(ip.Src, 0); n != nil {
		atomic.AddUint32(n, 1)
	}
	return bpf.XDPPass
}
