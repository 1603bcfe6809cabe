package names

import "bpfc/sdk/bpf"

//bpf:attach xdp
func Filter(ctx *bpf.XDP) bpf.XDPAction {
	verdict := bpf.XDPPas
	if missing > 3 {
		return verdict
	}
	var x uint8 = 256
	return x
}
