package main

import "bpfc/sdk/bpf"

type IterNum struct{ state uint64 }

//bpf:kfunc bpf_iter_num_new
func iterNumNew(it *IterNum, start, end int32) int32 { return 0 }

//bpf:kfunc bpf_iter_num_next
func iterNumNext(it *IterNum) *int32 { return nil }

//bpf:kfunc bpf_iter_num_destroy
func iterNumDestroy(it *IterNum) {}

var sum uint64

//bpf:attach raw_tracepoint/sys_enter
func Sum(ctx *bpf.RawTracepoint) {
	var it IterNum
	iterNumNew(&it, 3, 10)
	for {
		p := iterNumNext(&it)
		if p == nil {
			break
		}
		sum += uint64(*p)
	}
	iterNumDestroy(&it)
}
