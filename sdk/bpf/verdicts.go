package bpf

// XDPAction is the result of an XDP program.
type XDPAction uint32

// What becomes of the packet after an XDP program.
const (
	XDPAborted XDPAction = iota
	XDPDrop
	XDPPass
	XDPTx
	XDPRedirect
)

// TCAction is the result of a traffic-control program.
type TCAction int32

// What becomes of the packet after a traffic-control program.
const (
	TCUnspec     TCAction = -1
	TCOk         TCAction = 0
	TCReclassify TCAction = 1
	TCShot       TCAction = 2
	TCPipe       TCAction = 3
	TCStolen     TCAction = 4
	TCQueued     TCAction = 5
	TCRepeat     TCAction = 6
	TCRedirect   TCAction = 7
	TCTrap       TCAction = 8
)

// TCX and netkit know four results; they are the traffic-control ones.
const (
	TCXNext     TCAction = -1
	TCXPass     TCAction = 0
	TCXDrop     TCAction = 2
	TCXRedirect TCAction = 7
)

// Verdict is the result of a cgroup program.
type Verdict int32

// What a cgroup program says. Some attach kinds know more bits than the first.
const (
	Deny  Verdict = 0
	Allow Verdict = 1
	// AllowNoBindService lets bind4 and bind6 skip the check for privileged ports.
	AllowNoBindService Verdict = 3
	// DropCN and AllowCN also report congestion from cgroup_skb/egress.
	DropCN  Verdict = 2
	AllowCN Verdict = 3
)

// SKAction is the result of sk_msg, sk_skb, sk_lookup and sk_reuseport programs.
type SKAction int32

// What becomes of the message or the connection.
const (
	SKDrop SKAction = 0
	SKPass SKAction = 1
)

// LWTAction is the result of lightweight-tunnel and flow-dissector programs.
type LWTAction int32

// What becomes of the packet in a lightweight tunnel or the flow dissector.
const (
	LWTOk        LWTAction = 0
	LWTDrop      LWTAction = 2
	LWTRedirect  LWTAction = 7
	LWTReroute   LWTAction = 128
	FlowContinue LWTAction = 129
)

// NFVerdict is the result of a netfilter program.
type NFVerdict int32

// What becomes of the packet in netfilter.
const (
	NFDrop   NFVerdict = 0
	NFAccept NFVerdict = 1
)
