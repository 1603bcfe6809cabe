/**
 * The ways in which `bpfc run` attaches programs, and on which kernel each is tried: a program that counts its calls is
 * attached, something happens, and it must have counted.
 *
 *     npm run routes                             this machine and, in qemu, 6.12 and 7.3
 *     npm run routes -- --kernel 6.12
 */

export type Trigger =
  | 'open'
  | 'udp'
  | 'tcp'
  | 'bind'
  | 'options'
  | 'sysctl'
  | 'exec'
  | 'busy'
  | 'read-iterator'
  /** Attaching is all that can be tried without more around it; the reason stands in `why`. */
  | 'none';

export interface Route {
  readonly section: string;
  /** Where it is tried. The kernel of a plain machine refuses trampolines and has no kprobes. */
  readonly kernel: 'host' | '6.12' | '7.3';
  readonly trigger: Trigger;
  readonly egress?: true;
  /** Function of an executable, for probes. */
  readonly probe?: true;
  /** The program has a socket map. */
  readonly sockets?: true;
  readonly why?: string;
}

const host = (section: string, trigger: Trigger, more: Partial<Route> = {}): Route => ({
  section,
  kernel: 'host',
  trigger,
  ...more,
});
const on = (kernel: '6.12' | '7.3', section: string, trigger: Trigger, more: Partial<Route> = {}): Route => ({
  section,
  kernel,
  trigger,
  ...more,
});

const noTraffic = 'sockets have to be put into the map by another program first';

export const routes: readonly Route[] = [
  host('tracepoint/syscalls/sys_enter_openat', 'open'),
  host('raw_tracepoint/sys_enter', 'open'),
  host('tp_btf/sys_enter', 'open'),
  host('uprobe', 'exec', { probe: true }),
  host('uretprobe', 'exec', { probe: true }),
  host('uprobe.multi', 'exec', { probe: true }),
  host('uretprobe.multi', 'exec', { probe: true }),
  host('uprobe.s', 'exec', { probe: true }),
  host('perf_event', 'busy'),
  host('xdp', 'udp'),
  host('tc', 'udp'),
  host('tc', 'udp', { egress: true }),
  host('tcx/ingress', 'udp'),
  host('tcx/egress', 'udp'),
  host('socket', 'udp'),
  host('netfilter', 'udp'),
  host('cgroup_skb/ingress', 'bind'),
  host('cgroup_skb/egress', 'udp'),
  host('cgroup/sock_create', 'udp'),
  host('cgroup/sock_release', 'udp'),
  host('cgroup/connect4', 'tcp'),
  host('cgroup/sendmsg4', 'bind'),
  host('cgroup/bind4', 'bind'),
  host('cgroup/post_bind4', 'bind'),
  host('cgroup/setsockopt', 'options'),
  host('cgroup/getsockopt', 'options'),
  host('cgroup/sysctl', 'sysctl'),
  host('cgroup/dev', 'open'),
  host('sockops', 'tcp'),
  host('sk_lookup', 'tcp'),
  host('flow_dissector', 'none', { why: 'packets of lo are not dissected' }),
  host('sk_skb/verdict', 'none', { sockets: true, why: noTraffic }),
  host('sk_msg', 'none', { sockets: true, why: noTraffic }),
  host('iter/task', 'read-iterator'),
  on('6.12', 'kprobe/do_sys_openat2', 'open'),
  on('6.12', 'kretprobe/do_sys_openat2', 'open'),
  on('6.12', 'ksyscall/openat', 'open'),
  on('6.12', 'kretsyscall/openat', 'open'),
  on('6.12', 'kprobe.multi/do_sys_open*', 'open'),
  on('6.12', 'kretprobe.multi/do_sys_openat2', 'open'),
  on('6.12', 'kprobe.session/do_sys_openat2', 'open'),
  on('6.12', 'fentry/do_sys_openat2', 'open'),
  on('6.12', 'fexit/do_sys_openat2', 'open'),
  on('6.12', 'fmod_ret/security_file_open', 'open'),
  on('6.12', 'lsm/file_open', 'open'),
  on('6.12', 'lsm.s/file_open', 'open'),
  on('6.12', 'lsm_cgroup/socket_create', 'udp'),
  on('7.3', 'uprobe.session', 'exec', { probe: true }),
  on('7.3', 'fsession/do_sys_openat2', 'open'),
];
