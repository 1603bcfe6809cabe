module bpfc/sdk/bpf

go 1.24
