package s08lsm

import (
	"testing"

	"bpfc/sdk/bpf"
	"samples/kernel"
)

func TestFileOpen(t *testing.T) {
	Denied.Update(42, true, bpf.Any)
	open := func(inode uint64, prev int32) int32 {
		file := &kernel.File{Inode: &kernel.Inode{Ino: inode}}
		return bpf.Run(func(ctx *bpf.LSM) int32 { return FileOpen(ctx, file, prev) }, &bpf.LSM{})
	}
	if open(42, 0) != -eperm || open(41, 0) != 0 || open(41, -13) != -13 {
		t.Fatal("verdicts")
	}
}
