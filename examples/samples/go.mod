module samples

go 1.24

require bpfc/sdk/bpf v0.0.0

replace bpfc/sdk/bpf => ../../sdk/bpf
