package bpf

// PtRegs are the registers of a probed function by their System V names, whatever the machine.
type PtRegs struct {
	Arg1, Arg2, Arg3, Arg4, Arg5, Arg6 uint64
	// Ret is the return value, FP the frame pointer, SP the stack pointer, IP the instruction pointer.
	Ret, FP, SP, IP uint64
}

// Kprobe is the context of kprobe, kprobe.multi, ksyscall and kprobe.session programs.
// The probed function's arguments follow as further parameters of the program.
type Kprobe struct {
	Regs PtRegs
	// CookieValue and FuncIPValue are what Cookie and FuncIP return. For tests.
	CookieValue, FuncIPValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (k *Kprobe) Cookie() uint64 { return k.CookieValue }

// FuncIP is the address of the probed function.
func (k *Kprobe) FuncIP() uint64 { return k.FuncIPValue }

// Kretprobe is the context of kretprobe and kretsyscall programs; the result follows as a parameter.
type Kretprobe struct {
	Regs PtRegs
	// CookieValue and FuncIPValue are what Cookie and FuncIP return. For tests.
	CookieValue, FuncIPValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (k *Kretprobe) Cookie() uint64 { return k.CookieValue }

// FuncIP is the address of the probed function.
func (k *Kretprobe) FuncIP() uint64 { return k.FuncIPValue }

// Uprobe is the context of uprobe programs.
type Uprobe struct {
	Regs PtRegs
	// CookieValue and FuncIPValue are what Cookie and FuncIP return. For tests.
	CookieValue, FuncIPValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (u *Uprobe) Cookie() uint64 { return u.CookieValue }

// FuncIP is the address of the probed function.
func (u *Uprobe) FuncIP() uint64 { return u.FuncIPValue }

// Uretprobe is the context of uretprobe programs; the result follows as a parameter.
type Uretprobe struct {
	Regs PtRegs
	// CookieValue and FuncIPValue are what Cookie and FuncIP return. For tests.
	CookieValue, FuncIPValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (u *Uretprobe) Cookie() uint64 { return u.CookieValue }

// FuncIP is the address of the probed function.
func (u *Uretprobe) FuncIP() uint64 { return u.FuncIPValue }

// USDT is the context of usdt programs; the probe's arguments follow as parameters.
type USDT struct {
	Regs PtRegs
	// CookieValue is what Cookie returns. For tests.
	CookieValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (u *USDT) Cookie() uint64 { return u.CookieValue }

// Fentry is the context of fentry and fsession programs; the function's arguments follow as parameters.
type Fentry struct {
	// CookieValue and FuncIPValue are what Cookie and FuncIP return. For tests.
	CookieValue, FuncIPValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (f *Fentry) Cookie() uint64 { return f.CookieValue }

// FuncIP is the address of the traced function.
func (f *Fentry) FuncIP() uint64 { return f.FuncIPValue }

// Fexit is the context of fexit programs; the function's arguments and then its result follow as parameters.
type Fexit struct {
	// CookieValue and FuncIPValue are what Cookie and FuncIP return. For tests.
	CookieValue, FuncIPValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (f *Fexit) Cookie() uint64 { return f.CookieValue }

// FuncIP is the address of the traced function.
func (f *Fexit) FuncIP() uint64 { return f.FuncIPValue }

// FmodRet is the context of fmod_ret programs; the function's arguments and the result so far follow as parameters.
type FmodRet struct {
	// CookieValue and FuncIPValue are what Cookie and FuncIP return. For tests.
	CookieValue, FuncIPValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (f *FmodRet) Cookie() uint64 { return f.CookieValue }

// FuncIP is the address of the traced function.
func (f *FmodRet) FuncIP() uint64 { return f.FuncIPValue }

// TpBTF is the context of tp_btf programs; the tracepoint's arguments follow as parameters.
type TpBTF struct {
	// CookieValue is what Cookie returns. For tests.
	CookieValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (t *TpBTF) Cookie() uint64 { return t.CookieValue }

// RawTracepoint is the context of raw_tracepoint programs.
type RawTracepoint struct {
	Args [12]uint64
	// CookieValue is what Cookie returns. For tests.
	CookieValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (r *RawTracepoint) Cookie() uint64 { return r.CookieValue }

// Tracepoint is a tracepoint's context for programs that read none of its fields.
type Tracepoint struct {
	// CookieValue is what Cookie returns. For tests.
	CookieValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (t *Tracepoint) Cookie() uint64 { return t.CookieValue }

// LSM is the context of lsm and lsm_cgroup programs; the hook's arguments and the result so far follow as parameters.
type LSM struct {
	// CookieValue is what Cookie returns. For tests.
	CookieValue uint64 `bpf:"native"`
}

// Cookie is the number given at attach time.
func (l *LSM) Cookie() uint64 { return l.CookieValue }

// Iter is the context of iter programs; the iterated object's pointers follow as parameters.
type Iter struct {
	// SessionIDValue and SeqNumValue are what SessionID and SeqNum return; Out is what the program wrote. For tests.
	SessionIDValue, SeqNumValue uint64 `bpf:"native"`
	Out                         []byte `bpf:"native"`
}

// SessionID numbers the reading of the iterator.
func (i *Iter) SessionID() uint64 { return i.SessionIDValue }

// SeqNum counts the objects of this reading, from 0.
func (i *Iter) SeqNum() uint64 { return i.SeqNumValue }

// Printf writes formatted text to the iterator's reader.
func (i *Iter) Printf(format string, args ...any) int {
	i.Out = append(i.Out, formatText(format, args)...)
	return 0
}

// Write writes the bytes of a slice, or of the value behind a pointer, to the iterator's reader.
func (i *Iter) Write(data any) int {
	i.Out = append(i.Out, bytesOfAny(data)...)
	return 0
}

// StructOps is the context of struct_ops programs; the operation's arguments follow as parameters.
type StructOps struct{}
