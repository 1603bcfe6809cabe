/**
 * Which program types may call which helpers, one letter a helper in the order of their numbers, from 1:
 * `.` refused, `o` allowed, `g` allowed under GPL, `s` allowed when the program may sleep, measured on Linux 6.18 by
 * loading the call; `-`, `O`, `G`, `S` the same, read in the kernel's source. Made by scripts/gen-helpers.ts.
 */

// biome-ignore format: letters in columns
export const helperMatrix: Readonly<Record<string, string>> = {
  cgroup_device:
    'ooo.ogoo...o.oooo....g..g.........g.o....o............g........................oo.....ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo......o......so...oo.oog.....og...gggg..ggg..ooo...oo...s..oo.ooooooo....oooo',
  cgroup_skb:
    'ooo.ogoo...o.oooo....g..go........g.o....o...oo.......g............o..........ooo.ooooooo...ooooooo.....oo' +
    'ooo..gggg.oo.o.oo.o..ooooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  cgroup_sock:
    'ooo.ogoo...o.oooo....g..g.........g.o....o...o........g........................oo.....ooo...oo..........oo' +
    'o.o..gggg.oo.o.oo.o....ooooo......o......so...oo.oog.o...og...gggg..ggg..ooo...oo...s..oo.ooooooo....oooo',
  cgroup_sock_addr:
    'ooo.ogoo...o.oooo....g..g.........g.o....o...o..o.....g.o......o...............oo..oooooo...oo....o.....oo' +
    'ooo..gggg.oo.o.oo.o....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo...oo...s..oooooooooo....oooo',
  cgroup_sockopt:
    'ooo.ogoo...o.oooo....g..g.........g.o....o............g........................oo.....ooo...oo.o........oo' +
    'ooo..gggg.oo.o.oo.o....ooooo......o......so...oo.oog.....og...gggg..ggg..ooo...oo...s..oo.ooooooo....oooo',
  cgroup_sysctl:
    'ooo.ogoo...o.oooo....g..g.........g.o....o............g........................oo.....ooo...oo......oooooo' +
    '..o..gggg.oo.o..o.o....ooooo......o......so...oo.oog.o...og...gggg..ggg..ooo...oo...s..oo.ooooooo....oooo',
  flow_dissector:
    'ooo.ogoo...o.oooo....g...o........g.o....o............g........................o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  iter:
    'ooogogoo...o.oooo....g..g.g.......gGo....o..go........g...........g............o......ooo...oo..........oo' +
    'ooo.ggggg.oo.og.o.ogg..ooooo.oooooo.....osog..oo.oog...o.og...ggggg.gggo.ooo.....o..s..oooooooooo....oooo',
  kprobe:
    'ooogogoo...o.oooo....g..g.g.......gGo....o..g.........g..G........g............o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo......o......so...oo.oog.....og...gggggoggg..ooo........s..oo.ooooooo....oooo',
  lwt_in:
    'ooo.ogoo...o.oooo....g.ogo.o....oog.o.o..o............g.................o......o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  lwt_out:
    'ooo.ogoo...o.oooo....g.ogo.o....oog.o.o..o............g........................o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  lwt_seg6local:
    'ooo.ogoo...o.oooo....g.ogo.o....oog.o.o..o............g..................ooo...o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  lwt_xmit:
    'ooo.ogooooooooooo..oogoogo.ooo..oog.ooooooo...........g.................o......o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....oooooooooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  netfilter:
    'ooo.ogoo...o.oooo....g............g.o....o............g........................o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo......o......so...oo.oog.....og...gggg..ggg..ooo........s..oo.ooooooo....oooo',
  perf_event:
    'ooogogoo...o.oooo....g..g.o.......gGo....o..g.........gg..........g............o......ooo...oo..........oo' +
    '..o..gggg.oogo..o.o....ooooo......o......so...oo.oog.....og...gggggoggg..ooo........s..oo.ooooooo....oooo',
  raw_tracepoint:
    'ooogogoo...o.oooo....g..g.g.......gGo....o..g.........g...........g............o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo......o......so...oo.oog.....og...gggggoggg..ooo........s..oo.ooooooo....oooo',
  raw_tracepoint_writable:
    'ooogogoo...o.oooo....g..g.g.......gGo....o..g.........g...........g............o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo......o......so...oo.oog.....og...gggggoggg..ooo........s..oo.ooooooo....oooo',
  sched_act:
    'ooo.ogooooooooooooooogoogo.ooooooog.ooooooo..ooo.o....g..........o.og.........oo..ooooooo...ooooooog....oo' +
    'ooog.gggg.oo.o.oooo....oooooooooooo......so.ooooooog.o..gog...gggg..gggo.ooo........so.ooooooooooggggoooo',
  sched_cls:
    'ooo.ogooooooooooooooogoogo.ooooooog.ooooooo..ooo.o....g..........o.og.........oo..ooooooo...ooooooog....oo' +
    'ooog.gggg.oo.o.oooo....oooooooooooo......so.ooooooog.o..gog...gggg..gggo.ooo........so.ooooooooooggggoooo',
  sk_lookup:
    'ooo.ogoo...o.oooo....g..g.........g.o....o............g........................o.....oooo...oo..........oo' +
    '..o..gggg.oo.o..ooo....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  sk_msg:
    'ooo.ogoo...o.oooo....g..g.........g.o....o............g....oooo.......o........o......ooooo.oo..........oo' +
    'ooo..gggg.oo.o.oo.o....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  sk_reuseport:
    'ooo.ogoo...o.oooo....g...o........g.o....o...o........g............o...........o.o....ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo......o......so...oo.oog.o...og...gggg..ggg..ooo........s..oo.ooooooo....oooo',
  sk_skb:
    'ooo.ogooo..o.oooo....g..go........g.ooo..oo..oo..o.o..g................o.......o...oooooo...oo....o.....oo' +
    '..o..gggg.oo.o..o.o....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  sock_ops:
    'ooo.ogoo...o.oooo....g..g.........g.o....o...o..o...o.g.o.o..........o.........oo.....ooo...oo.o........oo' +
    'ooo..gggg.oo.o.oo.o....ooooo.ooooooooo...so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  socket_filter:
    'ooo.ogoo...o.oooo....g..go........g.o....o...oo.......g............o...........o......ooo...oo..........oo' +
    '..o..gggg.oo.o.oo.o....ooooo.oooooo......so...oo.oog.o...og...gggg..gggo.ooo........s..oooooooooo....oooo',
  syscall:
    'ooogogoo...o.oooo....g..g.g.......g.o....o..go........g...........g............o......ooo...oo..........oo' +
    'ooo.ggggg.oo.og.o.o....ooooo.oooooo.....ooo...oo.oog...o.ogoooggggg.gggooooo.....o..s..oooooooooo....oooo',
  tp_btf:
    'ooogogoo...o.oooo....g..g.g.......gGo....o..go........g...........g............o......ooo...oo..........oo' +
    'ooo.ggggg.oo.og.o.o....ooooo.oooooo.....oso...oo.oog...o.og...gggggogggo.ooo.....o..s..oooooooooo....oooo',
  tracepoint:
    'ooogogoo...o.oooo....g..g.g.......gGo....o..g.........g...........g............o......ooo...oo..........oo' +
    '..o..gggg.oo.o..o.o....ooooo......o......so...oo.oog.....og...gggggoggg..ooo........s..oo.ooooooo....oooo',
  xdp:
    'ooo.ogoo...o.oooo....go.g..o......g.o....o.o......o..og.........o...g..........o...oooooo...oo....og....oo' +
    '..og.gggg.oo.o..o.o....ooooo.oooooo......so...oo.oog.o..gog...gggg..gggo.ooo.....ooos..ooooooooooggggoooo',
  // read: kernel/trace/bpf_trace.c tracing_prog_func_proto
  fentry:
    'OOOGOGOO---O-OOOO----G--G-G-------GGO----O--GO--------G-----------G------------O------OOO---OO----------OO' +
    'OOO-GGGGG-OO-OG-O-O----OOOOO-OOOOOO-----OSO---OO-OOG---O-OG---GGGGGOGGGO-OOOO-O--O--S--OOOOOOOOOO----OOOO',
  // read: kernel/trace/bpf_trace.c tracing_prog_func_proto
  fexit:
    'OOOGOGOO---O-OOOO----G--G-G-------GGO----O--GO--------G-----------G------------O------OOO---OO----------OO' +
    'OOO-GGGGG-OO-OG-O-O----OOOOO-OOOOOO-----OSO---OO-OOG---O-OG---GGGGGOGGGO-OOOOOO--O--S--OOOOOOOOOO----OOOO',
  // read: kernel/bpf/bpf_lsm.c bpf_lsm_func_proto
  lsm:
    'OOOGOGOO---O-OOOO----G--G-G-------GGO----O--GO--O-----G-O---------G------------O------OOO---OO----------OO' +
    'OOO-GGGGG-OO-OG-O-O----OOOOO-OOOOOO---OOOSO---OO-OOGO-SO-OG---GGGGGOGGGO-OOOO-O--O--S-SOOOOOOOOOO----OOOO',
  // read: kernel/bpf/bpf_lsm.c bpf_lsm_func_proto
  lsm_cgroup:
    'OOOGOGOO---O-OOOO----G--G-G-------GGO----O--GO--O-----G-O---------G------------OO-----OOO---OO----------OO' +
    'OOO-GGGGG-OO-OGOO-O----OOOOO-OOOOOO---OOOSO---OO-OOG---O-OG---GGGGGOGGGO-OOO---OOO--S--OOOOOOOOOO----OOOO',
  // read: net/ipv4/bpf_tcp_ca.c bpf_tcp_ca_get_func_proto
  struct_ops:
    'OOO-OGOO---O-OOOO----G------------G-O----O------O-----G-O----------------------O------OOO---OO----------OO' +
    'OOO--GGGGGOO-O--O-O----OOOOO------O------SO---OO-OOG-O---OG---GGGG--GGG--OOO--------S--OO-OOOOOOO----OOOO',
  // read: as the replaced function’s program
  ext:
    'OOOGOGOOOOOOOOOOOOOOOGOOGOGOOOOOOOGGOOOOOOOOGOOOOOOOOOGGOGOOOOOOOOGOGOOOOOOOGGOOOOOOOOOOOOOGOOOOOOOGOOOOOO' +
    'OOOGGGGGGGOOGOGOOOOGGOOOOOOOOOOOOOOOOOOOOSOGOOOOOOOGOOSOGOGSSSGGGGGOGGGOOOOOOOOOOOOOGOSOOOOOOOOOOGGGGOOOO',
  // read: drivers/media/rc/bpf-lirc.c lirc_mode2_func_proto
  lirc_mode2:
    'OOO-OGOO---O-OOOO----G------------G-O----O------------G---------------------GG-O------OOO--GOO----------OO' +
    '--O--GGGG-OO-O--O-O----OOOOO------O------SO---OO-OOG-----OG---GGGG--GGG--OOO--------S--OO-OOOOOOO----OOOO',
  // read: net/core/filter.c sock_addr_func_proto
  'cgroup_sock_addr/bind':
    'OOO-OGOO---O-OOOO----G--G---------G-O----O---O--O-----G-O----------------------OO--OOOOOO---OO----O-----OO' +
    'OOO--GGGG-OO-O-OO-O----OOOOO-OOOOOO------SO---OO-OOG-O---OG---GGGG--GGGO-OOO---OO---S--OOOOOOOOOO----OOOO',
  // read: kernel/bpf/cgroup.c cgroup_common_func_proto
  'cgroup_sock_addr/named':
    'OOO-OGOO---O-OOOO----G--G---------G-O----O---O--O-----G-O----------------------OO--OOOOOO---OO----O-----OO' +
    'OOO--GGGG-OO-O-OO-O----OOOOO-OOOOOO------SO---OO-OOG-O---OG---GGGG--GGGO-OOO--------S--OOOOOOOOOO----OOOO',
  // read: kernel/bpf/cgroup.c cg_sockopt_func_proto
  'cgroup_sockopt/set':
    'OOO-OGOO---O-OOOO----G--G---------G-O----O------O-----G-O----------------------OO-----OOO---OO-O--------OO' +
    'OOO--GGGG-OO-O-OO-O----OOOOO------O------SO---OO-OOG-----OG---GGGG--GGG--OOO---OO---S--OO-OOOOOOO----OOOO',
};
