package bpf

// DevMapValue says where a DevMap entry leads: an interface, and a program that runs there (0: none).
type DevMapValue struct {
	Ifindex uint32
	ProgFD  int32
}

// DevMap holds interfaces to redirect packets to (BPF_MAP_TYPE_DEVMAP).
type DevMap struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[uint32, DevMapValue]
}

// Redirect sends the packet to the interface at an index; the low bits of the flags are the result when there is none.
func (m *DevMap) Redirect(k uint32, flags uint64) XDPAction {
	return redirect(m.values.get(k, 0) != nil, flags)
}

// Lookup returns an entry, or nil.
func (m *DevMap) Lookup(k uint32) *DevMapValue { return m.values.get(k, 0) }

// Set puts an entry in, as user space does.
//
//bpf:native
func (m *DevMap) Set(k uint32, v DevMapValue) int {
	return m.values.put(k, v, Any, m.MaxEntries, 0, 1, false)
}

// DevMapHash is DevMap with a hash table for its keys (BPF_MAP_TYPE_DEVMAP_HASH).
type DevMapHash struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[uint32, DevMapValue]
}

// Redirect sends the packet to the interface under a key; the low bits of the flags are the result when there is none.
func (m *DevMapHash) Redirect(k uint32, flags uint64) XDPAction {
	return redirect(m.values.get(k, 0) != nil, flags)
}

// Lookup returns an entry, or nil.
func (m *DevMapHash) Lookup(k uint32) *DevMapValue { return m.values.get(k, 0) }

// Set puts an entry in, as user space does.
//
//bpf:native
func (m *DevMapHash) Set(k uint32, v DevMapValue) int {
	return m.values.put(k, v, Any, m.MaxEntries, 0, 1, false)
}

// CPUMapValue says how a processor takes redirected packets: its queue's size and a program that runs there (0: none).
type CPUMapValue struct {
	QueueSize uint32
	ProgFD    int32
}

// CPUMap holds processors to redirect packets to (BPF_MAP_TYPE_CPUMAP).
type CPUMap struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[uint32, CPUMapValue]
}

// Redirect sends the packet to a processor; the low bits of the flags are the result when it has no entry.
func (m *CPUMap) Redirect(k uint32, flags uint64) XDPAction {
	return redirect(m.values.get(k, 0) != nil, flags)
}

// Set puts an entry in, as user space does.
//
//bpf:native
func (m *CPUMap) Set(k uint32, v CPUMapValue) int {
	return m.values.put(k, v, Any, m.MaxEntries, 0, 1, false)
}

// XSKMap holds AF_XDP sockets to redirect packets to (BPF_MAP_TYPE_XSKMAP).
type XSKMap struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	present    map[uint32]bool
}

// Redirect sends the packet to a socket; the low bits of the flags are the result when there is none.
func (m *XSKMap) Redirect(k uint32, flags uint64) XDPAction { return redirect(m.present[k], flags) }

// Has tells whether a socket is at an index.
func (m *XSKMap) Has(k uint32) bool { return m.present[k] }

// Set puts a socket in, as user space does.
//
//bpf:native
func (m *XSKMap) Set(k uint32) {
	if m.present == nil {
		m.present = map[uint32]bool{}
	}
	m.present[k] = true
}

func redirect(found bool, flags uint64) XDPAction {
	if found {
		return XDPRedirect
	}
	return XDPAction(flags & 3)
}

// SockMap holds sockets by index (BPF_MAP_TYPE_SOCKMAP).
type SockMap struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[uint32, Sock]
}

// RedirectSKB sends the packet to a socket, or to its receive queue with Ingress.
func (m *SockMap) RedirectSKB(ctx *SKB, k uint32, flags uint64) SKAction {
	return skRedirect(m.values.get(k, 0))
}

// RedirectMsg sends the message to a socket, or to its receive queue with Ingress.
func (m *SockMap) RedirectMsg(ctx *SkMsg, k uint32, flags uint64) SKAction {
	return skRedirect(m.values.get(k, 0))
}

// Add stores the socket of a sockops program.
func (m *SockMap) Add(ctx *SockOps, k uint32, flags uint64) int {
	return m.values.put(k, Sock{Family: ctx.Family}, flags, m.MaxEntries, 0, 1, false)
}

// Lookup borrows a socket; release it with SkRelease. Nil when there is none.
func (m *SockMap) Lookup(k uint32) *Sock { return m.values.get(k, 0) }

// Delete removes a socket.
func (m *SockMap) Delete(k uint32) int { return m.values.remove(k) }

// SelectReuseport makes a socket the receiver in a sk_reuseport program.
func (m *SockMap) SelectReuseport(ctx *SkReuseport, k uint32, flags uint64) int {
	return selectSocket(m.values.get(k, 0))
}

// Set puts a socket in, as user space does.
//
//bpf:native
func (m *SockMap) Set(k uint32, s Sock) int {
	return m.values.put(k, s, Any, m.MaxEntries, 0, 1, false)
}

// SockHash holds sockets by key (BPF_MAP_TYPE_SOCKHASH).
type SockHash[K comparable] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[K, Sock]
}

// RedirectSKB sends the packet to a socket, or to its receive queue with Ingress.
func (m *SockHash[K]) RedirectSKB(ctx *SKB, k K, flags uint64) SKAction {
	return skRedirect(m.values.get(k, 0))
}

// RedirectMsg sends the message to a socket, or to its receive queue with Ingress.
func (m *SockHash[K]) RedirectMsg(ctx *SkMsg, k K, flags uint64) SKAction {
	return skRedirect(m.values.get(k, 0))
}

// Add stores the socket of a sockops program.
func (m *SockHash[K]) Add(ctx *SockOps, k K, flags uint64) int {
	return m.values.put(k, Sock{Family: ctx.Family}, flags, m.MaxEntries, 0, 1, false)
}

// Lookup borrows a socket; release it with SkRelease. Nil when there is none.
func (m *SockHash[K]) Lookup(k K) *Sock { return m.values.get(k, 0) }

// Delete removes a socket.
func (m *SockHash[K]) Delete(k K) int { return m.values.remove(k) }

// SelectReuseport makes a socket the receiver in a sk_reuseport program.
func (m *SockHash[K]) SelectReuseport(ctx *SkReuseport, k K, flags uint64) int {
	return selectSocket(m.values.get(k, 0))
}

// Set puts a socket in, as user space does.
//
//bpf:native
func (m *SockHash[K]) Set(k K, s Sock) int { return m.values.put(k, s, Any, m.MaxEntries, 0, 1, false) }

// ReuseportSockArray holds the sockets of a SO_REUSEPORT group (BPF_MAP_TYPE_REUSEPORT_SOCKARRAY).
type ReuseportSockArray struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[uint32, Sock]
}

// Select makes a socket the receiver.
func (m *ReuseportSockArray) Select(ctx *SkReuseport, k uint32, flags uint64) int {
	return selectSocket(m.values.get(k, 0))
}

// Set puts a socket in, as user space does.
//
//bpf:native
func (m *ReuseportSockArray) Set(k uint32, s Sock) int {
	return m.values.put(k, s, Any, m.MaxEntries, 0, 1, false)
}

func skRedirect(s *Sock) SKAction {
	if s == nil {
		return SKDrop
	}
	return SKPass
}

func selectSocket(s *Sock) int {
	if s == nil {
		return -ENOENT
	}
	return 0
}

// Ingress sends to the receiving side in redirects of sockets and of Redirect and CloneRedirect.
const Ingress uint64 = 1
