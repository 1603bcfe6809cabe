package outside

import "bpfc/sdk/bpf"

func worker(c chan int) {
	go worker(c)
	c <- 1
	select {}
}

//bpf:attach xdp
func Filter(ctx *bpf.XDP) bpf.XDPAction {
	half := 0.5
	var any interface{ M() }
	defer recover()
	return bpf.XDPPass
}
