// Row 16: an IPv4 router with an exact-match cache, an LPM table and an ARP table.
package xdprouter

import (
	"encoding/binary"

	"bpfc/sdk/bpf"
)

type MAC [6]byte

type Eth struct {
	Dst, Src MAC
	Proto    bpf.Be16
}

type VLAN struct{ TCI, Proto bpf.Be16 }

type IPv4 struct {
	VerIHL, TOS      uint8
	TotLen, ID, Frag bpf.Be16
	TTL, Proto       uint8
	Check            bpf.Be16
	Src, Dst         bpf.Be32
}

type ARPEntry struct {
	MAC uint64
	Dst bpf.Be32
}

type Direct struct {
	ARP     ARPEntry
	Ifindex uint32
	MAC     uint64
}

type Prefix struct {
	Ifindex uint32
	Metric  uint32
	MAC     uint64
	GW      bpf.Be32
	Len     uint8
}

var Exact = bpf.HashMap[bpf.Be32, Direct]{MaxEntries: 50}

var Routes = bpf.LPMTrie[bpf.Be32, Prefix]{MaxEntries: 50}

var ARP = bpf.HashMap[bpf.Be32, uint64]{MaxEntries: 50}

var Counts = bpf.PerCPUArray[uint64]{MaxEntries: 256}

var TxPort = bpf.DevMap{MaxEntries: 100}

// put writes the six bytes of an address that a map keeps in a number.
func put(to *MAC, from uint64) {
	binary.LittleEndian.PutUint32(to[0:4], uint32(from))
	binary.LittleEndian.PutUint16(to[4:6], uint16(from>>32))
}

//bpf:attach xdp
func Route(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil {
		return bpf.XDPDrop
	}
	kind, offset := eth.Proto, uint32(14)
	if kind == bpf.HToN16(0x8100) || kind == bpf.HToN16(0x88A8) {
		tag := bpf.At[VLAN](ctx, 14)
		if tag == nil {
			return bpf.XDPDrop
		}
		kind, offset = tag.Proto, 18
	}
	if kind == bpf.HToN16(0x0806) {
		return bpf.XDPPass
	}
	if kind != bpf.HToN16(0x0800) {
		return bpf.XDPDrop
	}
	ip := bpf.At[IPv4](ctx, offset)
	if ip == nil {
		return bpf.XDPDrop
	}
	proto := uint32(ip.Proto)
	var source, dest uint64
	var port uint32
	if direct := Exact.Lookup(ip.Dst); direct != nil && direct.ARP.MAC != 0 && direct.MAC != 0 {
		source, dest, port = direct.MAC, direct.ARP.MAC, direct.Ifindex
	} else {
		prefix := Routes.Lookup(bpf.LPMKey[bpf.Be32]{PrefixLen: 32, Data: ip.Dst})
		if prefix == nil {
			return bpf.XDPDrop
		}
		source, port = prefix.MAC, prefix.Ifindex
		next := ARP.Lookup(ip.Dst)
		if next == nil {
			if prefix.GW == 0 {
				return bpf.XDPDrop
			}
			if next = ARP.Lookup(prefix.GW); next == nil {
				return bpf.XDPDrop
			}
		}
		dest = *next
	}
	put(&eth.Src, source)
	put(&eth.Dst, dest)
	if n := Counts.Lookup(proto); n != nil {
		*n++
	}
	return TxPort.Redirect(port, 0)
}
