// Values of the running kernel's configuration.
package config

import "bpfc/sdk/bpf"

var hz = bpf.Kconfig[uint32]{Name: "CONFIG_HZ"}
var btf = bpf.Kconfig[bool]{Name: "CONFIG_DEBUG_INFO_BTF"}
var none = bpf.Kconfig[uint64]{Name: "CONFIG_NOT_A_THING", Weak: true}
var version = bpf.Kconfig[uint32]{Name: "LINUX_KERNEL_VERSION"}

type Args struct {
	HZ, Version uint32
	None        uint64
	BTF         bool
}

//bpf:attach syscall
func Main(a *Args) int32 {
	a.HZ = hz.Get()
	a.Version = version.Get()
	a.None = none.Get()
	a.BTF = btf.Get()
	return 0
}
