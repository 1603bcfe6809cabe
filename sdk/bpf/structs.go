package bpf

// SockTuple4 is an IPv4 connection for SkLookupTcp, SkLookupUdp and SkcLookupTcp.
type SockTuple4 struct {
	Src, Dst         Be32
	SrcPort, DstPort Be16
}

// SockTuple6 is an IPv6 connection for SkLookupTcp, SkLookupUdp and SkcLookupTcp.
type SockTuple6 struct {
	Src, Dst         [4]Be32
	SrcPort, DstPort Be16
}

// FibParams is what FibLookup reads and writes. IPv4 addresses are the first element of Src and Dst.
type FibParams struct {
	Family     uint8
	L4Protocol uint8
	SrcPort    Be16
	DstPort    Be16
	// TotLen is the packet's length to check against the MTU; afterwards the MTU.
	TotLen  uint16
	Ifindex uint32
	// TOS is the type of service or flow label; afterwards the route's metric.
	TOS       uint32
	Src, Dst  [4]Be32
	VlanProto Be16
	VlanTCI   Be16
	SrcMAC    [6]byte
	DstMAC    [6]byte
}

// TunnelKey is what SkbGetTunnelKey reads and SkbSetTunnelKey sets. IPv4 addresses are the first element.
type TunnelKey struct {
	ID     uint32
	Remote [4]uint32
	TOS    uint8
	TTL    uint8
	Flags  Be16
	Label  uint32
	Local  [4]uint32
}

// XfrmState is what SkbGetXfrmState reads.
type XfrmState struct {
	ReqID  uint32
	SPI    Be32
	Family uint16
	Ext    uint16
	Remote [4]uint32
}

// PidNSInfo is what GetNsCurrentPidTgid writes.
type PidNSInfo struct{ PID, TGID uint32 }

// PerfEventValue is what PerfEventReadValue and PerfProgReadValue write.
type PerfEventValue struct{ Counter, Enabled, Running uint64 }

// RedirNeigh is the next hop of RedirectNeigh. An IPv4 address is the first element.
type RedirNeigh struct {
	Family  uint32
	NextHop [4]Be32
}

// BTFPtr is an object with its type for SnprintfBtf and SeqPrintfBtf.
type BTFPtr struct {
	Ptr    uintptr
	TypeID uint32
	Flags  uint32
}

// Flags of SkbStoreBytes.
const (
	RecomputeCsum  uint64 = 1
	InvalidateHash uint64 = 2
)

// Flags of L3CsumReplace and L4CsumReplace, beside the size of the field.
const (
	PseudoHeader uint64 = 1 << 4
	MarkMangled0 uint64 = 1 << 5
	MarkEnforce  uint64 = 1 << 6
)

// Flags of SkbSetTunnelKey and SkbGetTunnelKey.
const (
	TunnelIPv6   uint64 = 1 << 0
	ZeroCsumTx   uint64 = 1 << 1
	DontFragment uint64 = 1 << 2
	SeqNumber    uint64 = 1 << 3
	NoTunnelKey  uint64 = 1 << 4
)

// Flags of GetStackid and GetStack, beside the number of frames to skip.
const (
	UserStack    uint64 = 1 << 8
	FastStackCmp uint64 = 1 << 9
	ReuseStackID uint64 = 1 << 10
	UserBuildID  uint64 = 1 << 11
)

// Flags of RedirectMap and of the maps' Redirect methods.
const (
	Broadcast      uint64 = 1 << 3
	ExcludeIngress uint64 = 1 << 4
)

// Modes and flags of SkbAdjustRoom.
const (
	AdjustRoomNet uint32 = 0
	AdjustRoomMAC uint32 = 1

	AdjustRoomFixedGSO    uint64 = 1 << 0
	AdjustRoomEncapIPv4   uint64 = 1 << 1
	AdjustRoomEncapIPv6   uint64 = 1 << 2
	AdjustRoomEncapGRE    uint64 = 1 << 3
	AdjustRoomEncapUDP    uint64 = 1 << 4
	AdjustRoomNoCsumReset uint64 = 1 << 5
	AdjustRoomEncapEth    uint64 = 1 << 6
)

// Flags of FibLookup.
const (
	FibDirect    uint32 = 1 << 0
	FibOutput    uint32 = 1 << 1
	FibSkipNeigh uint32 = 1 << 2
	FibTableID   uint32 = 1 << 3
	FibSrc       uint32 = 1 << 4
	FibMark      uint32 = 1 << 5
)

// Results of FibLookup.
const (
	FibSuccess     = 0
	FibBlackhole   = 1
	FibUnreachable = 2
	FibProhibit    = 3
	FibNotFwded    = 4
	FibFwdDisabled = 5
	FibUnsuppLwt   = 6
	FibNoNeigh     = 7
	FibFragNeeded  = 8
	FibNoSrcAddr   = 9
)

// CurrentNetNS is this network namespace in socket lookups.
const CurrentNetNS uint64 = 1<<64 - 1

// Flags of SkAssign.
const (
	AssignReplace     uint64 = 1 << 0
	AssignNoReuseport uint64 = 1 << 1
)

// StorageCreate makes the storage helpers create a missing value.
const StorageCreate uint64 = 1

// Headers that SkbLoadBytesRelative counts from.
const (
	HeaderMAC uint32 = 0
	HeaderNet uint32 = 1
)

// Packet types of SKB.PktType.
const (
	PacketHost      uint32 = 0
	PacketBroadcast uint32 = 1
	PacketMulticast uint32 = 2
	PacketOtherHost uint32 = 3
	PacketOutgoing  uint32 = 4
)

// What SockOps.Op says.
const (
	SockOpsTimeoutInit        uint32 = 1
	SockOpsRwndInit           uint32 = 2
	SockOpsTCPConnect         uint32 = 3
	SockOpsActiveEstablished  uint32 = 4
	SockOpsPassiveEstablished uint32 = 5
	SockOpsNeedsECN           uint32 = 6
	SockOpsBaseRTT            uint32 = 7
	SockOpsRTO                uint32 = 8
	SockOpsRetrans            uint32 = 9
	SockOpsState              uint32 = 10
	SockOpsTCPListen          uint32 = 11
	SockOpsRTT                uint32 = 12
	SockOpsParseHdrOpt        uint32 = 13
	SockOpsHdrOptLen          uint32 = 14
	SockOpsWriteHdrOpt        uint32 = 15
)

// Callbacks to ask for with SockOpsCbFlagsSet.
const (
	SockOpsFlagRTO                int32 = 1 << 0
	SockOpsFlagRetrans            int32 = 1 << 1
	SockOpsFlagState              int32 = 1 << 2
	SockOpsFlagRTT                int32 = 1 << 3
	SockOpsFlagParseAllHdrOpt     int32 = 1 << 4
	SockOpsFlagParseUnknownHdrOpt int32 = 1 << 5
	SockOpsFlagWriteHdrOpt        int32 = 1 << 6
)

// States of TCP sockets.
const (
	TCPEstablished uint32 = 1
	TCPSynSent     uint32 = 2
	TCPSynRecv     uint32 = 3
	TCPFinWait1    uint32 = 4
	TCPFinWait2    uint32 = 5
	TCPTimeWait    uint32 = 6
	TCPClose       uint32 = 7
	TCPCloseWait   uint32 = 8
	TCPLastAck     uint32 = 9
	TCPListen      uint32 = 10
	TCPClosing     uint32 = 11
	TCPNewSynRecv  uint32 = 12
)

// CgroupDevice.AccessType: the access in the upper 16 bits, the kind of device in the lower.
const (
	DeviceMknod uint32 = 1
	DeviceRead  uint32 = 2
	DeviceWrite uint32 = 4
	DeviceBlock uint32 = 1
	DeviceChar  uint32 = 2
)

// Address families.
const (
	AFUnix  = 1
	AFINet  = 2
	AFINet6 = 10
)
