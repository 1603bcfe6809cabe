// Package bpf is the vocabulary of eBPF programs written in Go for bpfc: contexts, maps, helpers, verdicts.
//
// bpfc reads the declarations and compiles calls of them to eBPF instructions. The bodies are for `go test`: they
// simulate the kernel natively, on any operating system. Maps are Go maps, packets are byte slices, records of ring
// buffers start filled with 0xA5, printk goes to the test's log, time and randomness come from a test clock.
// [Run] runs a program as the kernel would.
//
// Declarations marked //bpf:native are for tests; a program that bpfc compiles cannot use them.
package bpf
