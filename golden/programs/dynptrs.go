// bpfc --target-kernel 6.1
//
// Records of a size known at run time, through dynptrs.
package dynptrs

import "bpfc/sdk/bpf"

type Header struct{ A, B uint32 }

type Event struct{ V uint64 }

var events = bpf.RingBuf[Event]{Size: 4096}

//bpf:attach xdp
func Main(ctx *bpf.XDP) bpf.XDPAction {
	var d bpf.Dynptr
	if bpf.RingbufReserveDynptr(&events, 64, 0, &d) != 0 {
		bpf.RingbufDiscardDynptr(&d, 0)
		return bpf.XDPDrop
	}
	h := Header{A: 1, B: ctx.IngressIfindex}
	d.Write(8, &h)
	if at := bpf.DynptrAt[Header](&d, 16); at != nil {
		at.A = h.B
	}
	var back Header
	if d.Read(&back, 8) != 0 || back.B == 0 {
		bpf.RingbufDiscardDynptr(&d, 0)
		return bpf.XDPPass
	}
	bpf.RingbufSubmitDynptr(&d, 0)
	return bpf.XDPPass
}
