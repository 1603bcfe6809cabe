module github.com/miekg/bpf

go 1.24

require bpfc/sdk/bpf v0.0.0

replace bpfc/sdk/bpf => ../bpf
