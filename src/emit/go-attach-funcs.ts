/**
 * Functions of generated Go programs that attach where one call of cilium/ebpf does not: probes of executables,
 * sockets, perf events, network namespaces, several links that belong together.
 */

import { goUsdt, goUsdtImports } from './go-usdt.ts';
import type { Piece } from './goprogram.ts';

export type AttachFunc =
  | 'closers'
  | 'uprobe'
  | 'uretprobe'
  | 'uprobeMulti'
  | 'uretprobeMulti'
  | 'socket'
  | 'classifier'
  | 'clsact'
  | 'cgroupSkb'
  | 'iter'
  | 'perfEvent'
  | 'raw'
  | 'file'
  | 'netns'
  | 'netfilter'
  | 'usdt';

interface FuncRow extends Piece {
  /** Other functions that it calls. */
  readonly uses: readonly AttachFunc[];
}

const ebpf = 'github.com/cilium/ebpf';
const link = `${ebpf}/link`;

const lines = (source: string): readonly string[] => source.trim().split('\n');

function probe(name: string, method: string, symbols: string): FuncRow {
  return {
    uses: [],
    imports: [ebpf, link, 'io'],
    lines: lines(`
// ${name} attaches to a function of an executable or library.
func ${name}(binary, symbol string, prog *ebpf.Program) (io.Closer, error) {
	executable, err := link.OpenExecutable(binary)
	if err != nil {
		return nil, err
	}
	return executable.${method}(${symbols}, prog, nil)
}`),
  };
}

const funcs: Readonly<Record<AttachFunc, FuncRow>> = {
  usdt: { uses: ['closers'], imports: [ebpf, link, ...goUsdtImports], lines: goUsdt },
  closers: {
    uses: [],
    imports: ['errors', 'io'],
    lines: lines(`
// closers are closed together.
type closers []io.Closer

func (c closers) Close() error {
	var failed error
	for _, one := range c {
		failed = errors.Join(failed, one.Close())
	}
	return failed
}

// closer is a function to call at the end.
type closer func() error

func (c closer) Close() error { return c() }`),
  },
  uprobe: probe('attachUprobe', 'Uprobe', 'symbol'),
  uretprobe: probe('attachUretprobe', 'Uretprobe', 'symbol'),
  uprobeMulti: probe('attachUprobeMulti', 'UprobeMulti', '[]string{symbol}'),
  uretprobeMulti: probe('attachUretprobeMulti', 'UretprobeMulti', '[]string{symbol}'),
  socket: {
    uses: ['closers'],
    imports: [ebpf, 'io', 'net', 'syscall'],
    lines: lines(`
// attachSocketFilter filters a raw socket that gets the packets of an interface.
func attachSocketFilter(iface *net.Interface, prog *ebpf.Program) (io.Closer, error) {
	const everyProtocol = 3 << 8 // ETH_P_ALL in network byte order
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, everyProtocol)
	if err != nil {
		return nil, err
	}
	socket := closer(func() error { return syscall.Close(fd) })
	const attachBPF = 50 // SO_ATTACH_BPF
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, attachBPF, prog.FD()); err != nil {
		socket.Close()
		return nil, err
	}
	address := &syscall.SockaddrLinklayer{Protocol: everyProtocol, Ifindex: iface.Index}
	if err := syscall.Bind(fd, address); err != nil {
		socket.Close()
		return nil, err
	}
	return socket, nil
}`),
  },
  classifier: {
    uses: ['clsact'],
    imports: [ebpf, link, 'errors', 'io', 'net'],
    lines: lines(`
// attachClassifier attaches to an interface's incoming or outgoing packets; before Linux 6.6 to its clsact queue.
func attachClassifier(iface *net.Interface, egress bool, prog *ebpf.Program) (io.Closer, error) {
	where := ebpf.AttachTCXIngress
	if egress {
		where = ebpf.AttachTCXEgress
	}
	l, err := link.AttachTCX(link.TCXOptions{Program: prog, Interface: iface.Index, Attach: where})
	if errors.Is(err, ebpf.ErrNotSupported) {
		return attachClsact(iface, egress, prog)
	}
	return l, err
}`),
  },
  clsact: {
    uses: ['closers'],
    imports: [ebpf, 'encoding/binary', 'errors', 'fmt', 'io', 'net', 'os', 'syscall'],
    lines: lines(`
// attachClsact adds a filter to an interface's clsact queue, which is made as needed and stays.
func attachClsact(iface *net.Interface, egress bool, prog *ebpf.Program) (io.Closer, error) {
	const handle, parent = 0xffff0000, 0xfffffff1
	queue := trafficControl(iface, handle, parent, 0)
	queue = attribute(queue, 1, []byte("clsact\\x00"))
	const create = syscall.NLM_F_CREATE | syscall.NLM_F_EXCL
	if err := netlink(syscall.RTM_NEWQDISC, create, queue); err != nil && !errors.Is(err, syscall.EEXIST) {
		return nil, fmt.Errorf("make the clsact queue: %w", err)
	}
	hook := uint32(0xfffffff2)
	if egress {
		hook = 0xfffffff3
	}
	// A priority of this process's own, and every protocol in network byte order.
	var protocols [2]byte
	binary.BigEndian.PutUint16(protocols[:], syscall.ETH_P_ALL)
	info := uint32(os.Getpid()&0x7fff|0x8000)<<16 | uint32(binary.NativeEndian.Uint16(protocols[:]))
	filter := attribute(trafficControl(iface, 1, hook, info), 1, []byte("bpf\\x00"))
	const directAction = 1
	options := attribute(nil, 6, number(uint32(prog.FD())))
	options = attribute(options, 7, []byte("bpfc\\x00"))
	options = attribute(options, 8, number(directAction))
	if err := netlink(syscall.RTM_NEWTFILTER, create, attribute(filter, 2, options)); err != nil {
		return nil, fmt.Errorf("add a filter: %w", err)
	}
	return closer(func() error { return netlink(syscall.RTM_DELTFILTER, 0, filter) }), nil
}

func number(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }

// trafficControl is a struct tcmsg.
func trafficControl(iface *net.Interface, handle, parent, info uint32) []byte {
	message := make([]byte, 4, 20)
	for _, n := range []uint32{uint32(iface.Index), handle, parent, info} {
		message = binary.NativeEndian.AppendUint32(message, n)
	}
	return message
}

// attribute appends a netlink attribute.
func attribute(message []byte, kind uint16, data []byte) []byte {
	message = binary.NativeEndian.AppendUint16(message, uint16(4+len(data)))
	message = binary.NativeEndian.AppendUint16(message, kind)
	message = append(message, data...)
	for len(message)%4 != 0 {
		message = append(message, 0)
	}
	return message
}

// netlink sends a request to the kernel's routing and waits for its acknowledgement.
func netlink(kind, flags uint16, body []byte) error {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	request := number(uint32(syscall.NLMSG_HDRLEN + len(body)))
	request = binary.NativeEndian.AppendUint16(request, kind)
	request = binary.NativeEndian.AppendUint16(request, syscall.NLM_F_REQUEST|syscall.NLM_F_ACK|flags)
	request = append(append(request, make([]byte, 8)...), body...)
	if err := syscall.Sendto(fd, request, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return err
	}
	answer := make([]byte, os.Getpagesize())
	n, _, err := syscall.Recvfrom(fd, answer, 0)
	if err != nil {
		return err
	}
	messages, err := syscall.ParseNetlinkMessage(answer[:n])
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.Header.Type != syscall.NLMSG_ERROR || len(m.Data) < 4 {
			continue
		}
		if code := int32(binary.NativeEndian.Uint32(m.Data)); code != 0 {
			return syscall.Errno(-code)
		}
	}
	return nil
}`),
  },
  cgroupSkb: {
    uses: [],
    imports: [ebpf, link, 'io'],
    lines: lines(`
// attachCgroupSKB attaches to a cgroup's incoming or outgoing packets.
func attachCgroupSKB(cgroup string, egress bool, prog *ebpf.Program) (io.Closer, error) {
	where := ebpf.AttachCGroupInetIngress
	if egress {
		where = ebpf.AttachCGroupInetEgress
	}
	return link.AttachCgroup(link.CgroupOptions{Path: cgroup, Attach: where, Program: prog})
}`),
  },
  iter: {
    uses: [],
    imports: [ebpf, link, 'io', 'os'],
    lines: lines(`
// attachIter attaches an iterator and reads it once, to stdout.
func attachIter(prog *ebpf.Program) (io.Closer, error) {
	iter, err := link.AttachIter(link.IterOptions{Program: prog})
	if err != nil {
		return nil, err
	}
	reader, err := iter.Open()
	if err != nil {
		iter.Close()
		return nil, err
	}
	defer reader.Close()
	if _, err := io.Copy(os.Stdout, reader); err != nil {
		iter.Close()
		return nil, err
	}
	return iter, nil
}`),
  },
  perfEvent: {
    uses: ['closers'],
    imports: [ebpf, link, 'encoding/binary', 'fmt', 'io', 'os', 'strings', 'syscall', 'unsafe'],
    lines: lines(`
// attachPerfEvent samples every processor (Linux 5.15).
func attachPerfEvent(frequency uint64, prog *ebpf.Program) (io.Closer, error) {
	cpus, err := onlineCPUs()
	if err != nil {
		return nil, err
	}
	var links closers
	for _, cpu := range cpus {
		l, err := samplePerfEvent(cpu, frequency, prog)
		if err != nil {
			links.Close()
			return nil, err
		}
		links = append(links, l)
	}
	return links, nil
}

// samplePerfEvent runs prog at a frequency on one processor.
func samplePerfEvent(cpu int, frequency uint64, prog *ebpf.Program) (io.Closer, error) {
	// struct perf_event_attr: software event, clock of the processor, a frequency instead of a period.
	var attr [112]byte
	binary.NativeEndian.PutUint32(attr[0:], 1)
	binary.NativeEndian.PutUint32(attr[4:], uint32(len(attr)))
	binary.NativeEndian.PutUint64(attr[16:], frequency)
	const freq, nativeFreq = 10, 63 - 10
	bit := freq
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		bit = nativeFreq
	}
	binary.NativeEndian.PutUint64(attr[40:], 1<<bit)
	const closeOnExec = 8
	fd, _, code := syscall.Syscall6(syscall.SYS_PERF_EVENT_OPEN, uintptr(unsafe.Pointer(&attr)), ^uintptr(0), uintptr(cpu), ^uintptr(0), closeOnExec, 0)
	if code != 0 {
		return nil, fmt.Errorf("open a perf event of processor %d: %w", cpu, code)
	}
	defer syscall.Close(int(fd))
	return link.AttachRawLink(link.RawLinkOptions{Target: int(fd), Program: prog, Attach: ebpf.AttachPerfEvent})
}

// onlineCPUs reads a list like 0-3,5.
func onlineCPUs() ([]int, error) {
	list, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return nil, err
	}
	var cpus []int
	for _, part := range strings.Split(strings.TrimSpace(string(list)), ",") {
		var first, last int
		if n, _ := fmt.Sscanf(part, "%d-%d", &first, &last); n == 1 {
			last = first
		}
		for cpu := first; cpu <= last; cpu++ {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}`),
  },
  raw: {
    uses: ['closers'],
    imports: [ebpf, link, 'io'],
    lines: lines(`
// attachRaw attaches to what a file descriptor stands for.
func attachRaw(target int, prog *ebpf.Program, where ebpf.AttachType) (io.Closer, error) {
	err := link.RawAttachProgram(link.RawAttachProgramOptions{Target: target, Program: prog, Attach: where})
	if err != nil {
		return nil, err
	}
	return closer(func() error {
		return link.RawDetachProgram(link.RawDetachProgramOptions{Target: target, Program: prog, Attach: where})
	}), nil
}`),
  },
  file: {
    uses: ['raw', 'closers'],
    imports: [ebpf, 'io', 'os'],
    lines: lines(`
// attachToFile attaches to a device.
func attachToFile(path string, prog *ebpf.Program, where ebpf.AttachType) (io.Closer, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	l, err := attachRaw(int(file.Fd()), prog, where)
	if err != nil {
		file.Close()
		return nil, err
	}
	return closers{l, file}, nil
}`),
  },
  netns: {
    uses: [],
    imports: [ebpf, link, 'io', 'os'],
    lines: lines(`
// attachNetNs attaches to a network namespace.
func attachNetNs(path string, prog *ebpf.Program) (io.Closer, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return link.AttachNetNs(int(file.Fd()), prog)
}`),
  },
  netfilter: {
    uses: ['closers'],
    imports: [ebpf, link, 'fmt', 'io', 'slices'],
    lines: lines(`
// attachNetfilter attaches to a hook of IPv4 and IPv6.
func attachNetfilter(hook string, prog *ebpf.Program) (io.Closer, error) {
	number := slices.Index([]string{"prerouting", "input", "forward", "output", "postrouting"}, hook)
	if number < 0 {
		return nil, fmt.Errorf("no hook %q", hook)
	}
	var links closers
	for _, family := range []link.NetfilterProtocolFamily{link.NetfilterProtoIPv4, link.NetfilterProtoIPv6} {
		l, err := link.AttachNetfilter(link.NetfilterOptions{
			Program:        prog,
			ProtocolFamily: family,
			Hook:           link.NetfilterInetHook(number),
			Priority:       -128,
		})
		if err != nil {
			links.Close()
			return nil, err
		}
		links = append(links, l)
	}
	return links, nil
}`),
  },
};

/** The functions that these need, each once. */
export function attachFuncs(wanted: readonly AttachFunc[]): readonly Piece[] {
  const found = new Set<AttachFunc>(wanted);
  for (const name of found) for (const used of funcs[name].uses) found.add(used);
  return [...found].map((name) => funcs[name]);
}
