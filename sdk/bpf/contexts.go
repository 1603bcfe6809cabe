package bpf

// XDP is the context of xdp programs.
type XDP struct {
	// Buf is the packet. For tests.
	Buf []byte `bpf:"native"`
	// MetaBuf is the metadata before the packet. For tests.
	MetaBuf []byte `bpf:"native"`

	IngressIfindex uint32
	RxQueueIndex   uint32
	EgressIfindex  uint32
}

// Packet is the packet as a slice, at most 65535 bytes of it.
func (x *XDP) Packet() []byte { return packetOf(x) }

// Meta is the metadata that AdjustMeta made room for.
func (x *XDP) Meta() []byte { return x.MetaBuf }

// SKB is the context of socket filters, traffic control, cgroup_skb, lwt, sk_skb and flow_dissector programs.
type SKB struct {
	// Buf is the packet from its first byte that the program sees. For tests.
	Buf []byte `bpf:"native"`

	Len            uint32
	PktType        uint32
	Mark           uint32
	QueueMapping   uint32
	Protocol       Be16
	VlanPresent    uint32
	VlanTCI        uint32
	VlanProto      Be16
	Priority       uint32
	IngressIfindex uint32
	Ifindex        uint32
	TCIndex        uint32
	CB             [5]uint32
	Hash           uint32
	TCClassid      uint32
	NapiID         uint32
	Family         uint32
	RemoteIP4      Be32
	LocalIP4       Be32
	RemoteIP6      [4]Be32
	LocalIP6       [4]Be32
	RemotePort     Be32
	LocalPort      uint32
	FlowKeys       *FlowKeys
	Tstamp         uint64
	WireLen        uint32
	GSOSegs        uint32
	Sk             *Sock
	GSOSize        uint32
	TstampType     uint8
	HWTstamp       uint64
}

// Packet is the directly readable part of the packet as a slice.
func (s *SKB) Packet() []byte { return packetOf(s) }

// FlowKeys is what a flow dissector finds out about a packet.
type FlowKeys struct {
	NHOff       uint16
	THOff       uint16
	AddrProto   uint16
	IsFrag      uint8
	IsFirstFrag uint8
	IsEncap     uint8
	IPProto     uint8
	NProto      Be16
	SPort       Be16
	DPort       Be16
	IPv6Src     [4]Be32
	IPv6Dst     [4]Be32
	Flags       uint32
	FlowLabel   Be32
}

// Sock is a socket as the network helpers give it, and the context of cgroup/sock programs.
type Sock struct {
	BoundDevIf     uint32
	Family         uint32
	Type           uint32
	Protocol       uint32
	Mark           uint32
	Priority       uint32
	SrcIP4         Be32
	SrcIP6         [4]Be32
	SrcPort        uint32
	DstPort        Be16
	DstIP4         Be32
	DstIP6         [4]Be32
	State          uint32
	RxQueueMapping int32
}

// TCPSock is a TCP socket's state, from TcpSock.
type TCPSock struct {
	SndCwnd       uint32
	SrttUs        uint32
	RTTMin        uint32
	SndSsthresh   uint32
	RcvNxt        uint32
	SndNxt        uint32
	SndUna        uint32
	MSSCache      uint32
	ECNFlags      uint32
	RateDelivered uint32
	RateInterval  uint32
	PacketsOut    uint32
	RetransOut    uint32
	TotalRetrans  uint32
	SegsIn        uint32
	DataSegsIn    uint32
	SegsOut       uint32
	DataSegsOut   uint32
	LostOut       uint32
	SackedOut     uint32
	BytesReceived uint64
	BytesAcked    uint64
	DsackDups     uint32
	Delivered     uint32
	DeliveredCE   uint32
	ICSKRetrans   uint32
}

// SockAddr is the context of the cgroup programs that see a socket address: bind, connect, sendmsg, recvmsg, getpeername, getsockname.
type SockAddr struct {
	UserFamily uint32
	UserIP4    Be32
	UserIP6    [4]Be32
	UserPort   Be16
	Family     uint32
	Type       uint32
	Protocol   uint32
	MsgSrcIP4  Be32
	MsgSrcIP6  [4]Be32
	Sk         *Sock
}

// SockOps is the context of sockops programs.
type SockOps struct {
	Op            uint32
	Args          [4]uint32
	Reply         uint32
	Family        uint32
	RemoteIP4     Be32
	LocalIP4      Be32
	RemoteIP6     [4]Be32
	LocalIP6      [4]Be32
	RemotePort    Be32
	LocalPort     uint32
	IsFullsock    uint32
	SndCwnd       uint32
	SrttUs        uint32
	CBFlags       uint32
	State         uint32
	RTTMin        uint32
	SndSsthresh   uint32
	RcvNxt        uint32
	SndNxt        uint32
	SndUna        uint32
	MSSCache      uint32
	ECNFlags      uint32
	RateDelivered uint32
	RateInterval  uint32
	PacketsOut    uint32
	RetransOut    uint32
	TotalRetrans  uint32
	SegsIn        uint32
	DataSegsIn    uint32
	SegsOut       uint32
	DataSegsOut   uint32
	LostOut       uint32
	SackedOut     uint32
	SkTxhash      uint32
	BytesReceived uint64
	BytesAcked    uint64
	Sk            *Sock
	SkbLen        uint32
	SkbTCPFlags   uint32
	SkbHWTstamp   uint64
}

// SkMsg is the context of sk_msg programs.
type SkMsg struct {
	// Buf is the message. For tests.
	Buf []byte `bpf:"native"`

	Family     uint32
	RemoteIP4  Be32
	LocalIP4   Be32
	RemoteIP6  [4]Be32
	LocalIP6   [4]Be32
	RemotePort Be32
	LocalPort  uint32
	Size       uint32
	Sk         *Sock
}

// Packet is the directly readable part of the message.
func (s *SkMsg) Packet() []byte { return packetOf(s) }

// SkLookup is the context of sk_lookup programs.
type SkLookup struct {
	Sk             *Sock
	Family         uint32
	Protocol       uint32
	RemoteIP4      Be32
	RemoteIP6      [4]Be32
	RemotePort     Be16
	LocalIP4       Be32
	LocalIP6       [4]Be32
	LocalPort      uint32
	IngressIfindex uint32
}

// SkReuseport is the context of sk_reuseport programs.
type SkReuseport struct {
	// Buf is the packet from the transport header on. For tests.
	Buf []byte `bpf:"native"`

	Len         uint32
	EthProtocol Be16
	IPProtocol  uint32
	BindInany   uint32
	Hash        uint32
	Sk          *Sock
	MigratingSk *Sock
}

// CgroupDevice is the context of cgroup/dev programs.
type CgroupDevice struct {
	AccessType uint32
	Major      uint32
	Minor      uint32
}

// Sysctl is the context of cgroup/sysctl programs.
type Sysctl struct {
	Write   uint32
	FilePos uint32
}

// Sockopt is the context of cgroup/getsockopt and cgroup/setsockopt programs.
type Sockopt struct {
	// Buf is the option's value. For tests.
	Buf []byte `bpf:"native"`

	Sk      *Sock
	Level   int32
	Optname int32
	Optlen  int32
	Retval  int32
}

// Optval is the option's value, bounds-checked like a packet.
func (s *Sockopt) Optval() []byte { return s.Buf }

// PerfEvent is the context of perf_event programs.
type PerfEvent struct {
	Regs         PtRegs
	SamplePeriod uint64
	Addr         uint64
}

// Netfilter is the context of netfilter programs.
type Netfilter struct {
	// State and SKB are pointers to the program's partial kernel structs. For tests.
	State any `bpf:"native"`
	SKB   any `bpf:"native"`
}

// LircMode2 is the context of lirc_mode2 programs: one pulse or space.
type LircMode2 struct {
	Sample uint32
}
