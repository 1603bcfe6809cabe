module examples

go 1.24

require (
	bpfc/sdk/bpf v0.0.0
	github.com/miekg/bpf v0.0.0
)

replace (
	bpfc/sdk/bpf => ../sdk/bpf
	github.com/miekg/bpf => ../sdk/miekg
)
