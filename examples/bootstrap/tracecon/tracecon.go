// Package tracecon tells which host a process connects to, by the name that it has looked up before.
package tracecon

import "bpfc/sdk/bpf"

// Kind says what an event knows.
type Kind uint8

// An address without a name, a name with an address.
const (
	Address Kind = iota
	Name
)

// Event is a connection.
type Event struct {
	Kind Kind
	IP   bpf.Be32
	Host Host
}

// Host is the name of a host, NUL-terminated.
type Host [84]byte

type lookup struct {
	host    Host
	results uintptr
}

// addrInfo is the C library's struct addrinfo.
type addrInfo struct {
	flags, family, kind, protocol int32
	addrLen                       uint32
	addr, canonName, next         uintptr
}

// sockAddr is struct sockaddr_in.
type sockAddr struct {
	family uint16
	port   bpf.Be16
	ip     bpf.Be32
}

const maxAddresses = 8

var (
	lookups = bpf.HashMap[uint32, lookup]{MaxEntries: 1024}
	names   = bpf.LRUHashMap[bpf.Be32, Host]{MaxEntries: 1024}
	events  = bpf.PerfEventArray[Event]{}
)

// TargetPID is the one process to watch; 0 for all.
//
//bpf:config
var TargetPID uint32

func watched(tgid uint32) bool { return TargetPID == 0 || TargetPID == tgid }

//bpf:attach uprobe/getaddrinfo
func LookupEnter(ctx *bpf.Uprobe, node, service, hints, results uintptr) int32 {
	pid, tgid := bpf.CurrentPidTgid()
	if !watched(tgid) {
		return 0
	}
	l := lookup{results: results}
	bpf.ReadUserStr(l.host[:], node)
	lookups.Update(pid, l, bpf.Any)
	return 0
}

//bpf:attach uretprobe/getaddrinfo
func LookupExit(ctx *bpf.Uretprobe, ret int32) int32 {
	pid, _ := bpf.CurrentPidTgid()
	l := lookups.Lookup(pid)
	if l == nil {
		return 0
	}
	defer lookups.Delete(pid)
	at, ok := bpf.ReadUser[uintptr](l.results)
	for i := 0; ret == 0 && ok && at != 0 && i < maxAddresses; i++ {
		var info addrInfo
		if info, ok = bpf.ReadUser[addrInfo](at); !ok {
			break
		}
		if info.family == bpf.AFINet {
			if addr, ok := bpf.ReadUser[sockAddr](info.addr); ok {
				names.Update(addr.ip, l.host, bpf.Any)
			}
		}
		at = info.next
	}
	return 0
}

//bpf:attach kprobe/tcp_v4_connect
func Connect(ctx *bpf.Kprobe, sk, address uintptr) int32 {
	if _, tgid := bpf.CurrentPidTgid(); !watched(tgid) {
		return 0
	}
	addr, ok := bpf.ReadKernel[sockAddr](address)
	if !ok {
		return 0
	}
	e := Event{Kind: Address, IP: addr.ip}
	if name := names.Lookup(addr.ip); name != nil {
		e.Kind, e.Host = Name, *name
	}
	events.Output(ctx, e)
	return 0
}
