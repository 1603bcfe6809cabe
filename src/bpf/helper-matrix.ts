/**
 * Which program types may call which helpers, one letter a helper in the order of their numbers, from 1:
 * `.` refused, `o` allowed, `s` allowed when the program may sleep, measured on Linux 5.10, 6.1, 6.12, 6.18, 7.3
 * by loading the call; `-`, `O`, `S` the same, read in the kernel's source. Made by scripts/gen-helpers.ts.
 */

// biome-ignore format: letters in columns
export const helperMatrix: Readonly<Record<string, string>> = {
  cgroup_device:
    'ooo.oooo...o.oooo....o..o.........o.o....o............o........................oo.....ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo......o......so...oo.ooo.....oo...oooo..ooo..ooo...oo...s..oo.ooooooo....oooo',
  cgroup_skb:
    'ooo.oooo...o.oooo....o..oo........o.o....o...oo.......o............o..........ooo.ooooooo...ooooooo.....oo' +
    'ooo..oooo.oo.o.oo.o..ooooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  cgroup_sock:
    'ooo.oooo...o.oooo....o..o.........o.o....o...o..o.....o.o......................oo.....ooo...oo..........oo' +
    'o.o..oooo.oo.o.oo.o....ooooo......o......so...oo.ooo.o...oo...oooo..ooo..ooo...oo...s..oo.ooooooo....oooo',
  cgroup_sock_addr:
    'ooo.oooo...o.oooo....o..o.........o.o....o...o..o.....o.o......o...............oo..oooooo...oo....o.....oo' +
    'ooo..oooo.oo.o.oo.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo...oo...s..oooooooooo....oooo',
  'cgroup_sock_addr/bind':
    'ooo.oooo...o.oooo....o..o.........o.o....o...o..o.....o.o......................oo..oooooo...oo....o.....oo' +
    'ooo..oooo.oo.o.oo.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo...oo...s..oooooooooo....oooo',
  'cgroup_sock_addr/named':
    'ooo.oooo...o.oooo....o..o.........o.o....o...o..o.....o.o......................oo..oooooo...oo....o.....oo' +
    'ooo..oooo.oo.o.oo.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  cgroup_sockopt:
    'ooo.oooo...o.oooo....o..o.........o.o....o............o........................oo.....ooo...oo.o........oo' +
    'ooo..oooo.oo.o.oo.o....ooooo......o......so...oo.ooo.....oo...oooo..ooo..ooo...oo...s..oo.ooooooo....oooo',
  'cgroup_sockopt/set':
    'ooo.oooo...o.oooo....o..o.........o.o....o......o.....o.o......................oo.....ooo...oo.o........oo' +
    'ooo..oooo.oo.o.oo.o....ooooo......o......so...oo.ooo.....oo...oooo..ooo..ooo...oo...s..oo.ooooooo....oooo',
  cgroup_sysctl:
    'ooo.oooo...o.oooo....o..o.........o.o....o............o........................oo.....ooo...oo......oooooo' +
    '..o..oooo.oo.o..o.o....ooooo......o......so...oo.ooo.o...oo...oooo..ooo..ooo...oo...s..oo.ooooooo....oooo',
  fentry:
    'oooooooo...o.oooo....o..o.o.......ooo....o..oo........o...........o............o......ooo...oo..........oo' +
    'ooo.ooooo.oo.oo.o.o....ooooo.oooooo.....oso...oo.ooo...o.oo...oooooooooo.oooooo..o..s..oooooooooo....oooo',
  fexit:
    'oooooooo...o.oooo....o..o.o.......ooo....o..oo........o...........o............o......ooo...oo..........oo' +
    'ooo.ooooo.oo.oo.o.o....ooooo.oooooo.....oso...oo.ooo...o.oo...oooooooooo.oooooo..o..s..oooooooooo....oooo',
  flow_dissector:
    'ooo.oooo...o.oooo....o...o........o.o....o............o........................o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  iter:
    'oooooooo...o.oooo....o..o.o.......ooo....o..oo........o...........o............o......ooo...oo..........oo' +
    'ooo.ooooo.oo.oo.o.ooo..ooooo.oooooo.....osoo..oo.ooo...o.oo...oooo..oooo.ooo.....o..s..oooooooooo....oooo',
  kprobe:
    'oooooooo...o.oooo....o..o.o.......ooo....o..o.........o..O........o............o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo......o......so...oo.ooo.....oo...ooooooooo..ooo........s..oo.ooooooo....oooo',
  lsm:
    'oooooooo...o.oooo....o..o.o.......ooo....o..oo........o...........o............o......ooo...oo..........oo' +
    'ooo.ooooo.oo.oo.o.o....ooooo.oooooo...oooso...oo.oooo.so.oo...oooo.ooooo.oooooo..o..s.soooooooooo....oooo',
  lsm_cgroup:
    'oooooooo...o.oooo....o..o.o.......ooo....o..oo..o.....o.o.........o............oo.....ooo...oo..........oo' +
    'ooo.ooooo.oo.oo.o.o....ooooo.oooooo...oooso...oo.oooo.so.oo...oooo..oooo.ooo...ooo..s.soooooooooo....oooo',
  lwt_in:
    'ooo.oooo...o.oooo....o.ooo.o....ooo.o.o..o............o.................o......o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  lwt_out:
    'ooo.oooo...o.oooo....o.ooo.o....ooo.o.o..o............o........................o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  lwt_seg6local:
    'ooo.oooo...o.oooo....o.ooo.o....ooo.o....o............o..................ooo...o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  lwt_xmit:
    'ooo.ooooooooooooo..ooooooo.ooo..ooo.ooooooo...........o.................o......o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....oooooooooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  netfilter:
    'ooo.oooo...o.oooo....o............o.o....o............o........................o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo......o......so...oo.ooo.....oo...oooo..ooo..ooo........s..oo.ooooooo....oooo',
  perf_event:
    'oooooooo...o.oooo....o..o.o.......ooo....o..o.........oo..........o............o......ooo...oo..........oo' +
    '..o..oooo.oooo..o.o....ooooo......o......so...oo.ooo.....oo...oooo.oooo..ooo........s..oo.ooooooo....oooo',
  raw_tracepoint:
    'oooooooo...o.oooo....o..o.o.......ooo....o..o.........o...........o............o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo......o......so...oo.ooo.....oo...oooo.oooo..ooo........s..oo.ooooooo....oooo',
  raw_tracepoint_writable:
    'oooooooo...o.oooo....o..o.o.......ooo....o..o.........o...........o............o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo......o......so...oo.ooo.....oo...oooo.oooo..ooo........s..oo.ooooooo....oooo',
  sched_act:
    'ooo.oooooooooooooooooooooo.oooooooo.ooooooo..ooo.o....o..........o.oo.........oo..ooooooo...oooooooo....oo' +
    'oooo.oooo.oo.o.oooo....oooooooooooo......so.oooooooo.o..ooo...oooo..oooo.ooo........so.oooooooooooooooooo',
  sched_cls:
    'ooo.oooooooooooooooooooooo.oooooooo.ooooooo..ooo.o....o..........o.oo.........oo..ooooooo...oooooooo....oo' +
    'oooo.oooo.oo.o.oooo....oooooooooooo......so.oooooooo.o..ooo...oooo..oooo.ooo........so.oooooooooooooooooo',
  sk_lookup:
    'ooo.oooo...o.oooo....o..o.........o.o....o............o........................o.....oooo...oo..........oo' +
    '..o..oooo.oo.o..ooo....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  sk_msg:
    'ooo.oooo...o.oooo....o..o.........o.o....o............o....oooo.......o........o......ooooo.oo..........oo' +
    'ooo..oooo.oo.o.oo.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  sk_reuseport:
    'ooo.oooo...o.oooo....o...o........o.o....o...o........o............o...........o.o....ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo......o......so...oo.ooo.o...oo...oooo..ooo..ooo........s..oo.ooooooo....oooo',
  sk_skb:
    'ooo.ooooo..o.oooo....o..oo........o.ooo..oo..oo..o.o..o................o.......o...oooooo...oo....o.....oo' +
    '..o..oooo.oo.o..o.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  sock_ops:
    'ooo.oooo...o.oooo....o..o.........o.o....o...o..o...o.o.o.o..........o.........oo.....ooo...oo.o........oo' +
    'ooo..oooo.oo.o.oo.o....ooooo.ooooooooo...so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  socket_filter:
    'ooo.oooo...o.oooo....o..oo........o.o....o...oo.......o............o...........o......ooo...oo..........oo' +
    '..o..oooo.oo.o.oo.o....ooooo.oooooo......so...oo.ooo.o...oo...oooo..oooo.ooo........s..oooooooooo....oooo',
  struct_ops:
    'ooo.oooo...o.oooo....o............o.o....o......o.....o.o......................o......ooo...oo..........oo' +
    'ooo..ooooooo.o..o.o....ooooo......o......so...oo.ooo.o...oo...oooo..ooo..ooo........s..oo.ooooooo....oooo',
  syscall:
    'oooooooo...o.oooo....o..o.o.......ooo....o..oo........o...........o............o......ooo...oo..........oo' +
    'ooo.ooooo.oo.oo.o.o....ooooo.oooooo.....ooo...oo.ooo...o.ooooooooo..oooooooo.....o..o..oooooooooo....oooo',
  tp_btf:
    'oooooooo...o.oooo....o..o.o.......ooo....o..oo........o...........o............o......ooo...oo..........oo' +
    'ooo.ooooo.oo.oo.o.o....ooooo.oooooo.....oso...oo.ooo...o.oo...oooo.ooooo.oooo.o..o..s..oooooooooo....oooo',
  tracepoint:
    'oooooooo...o.oooo....o..o.o.......ooo....o..o.........o...........o............o......ooo...oo..........oo' +
    '..o..oooo.oo.o..o.o....ooooo......o......so...oo.ooo.....oo...oooo.oooo..ooo........s..oo.ooooooo....oooo',
  xdp:
    'ooo.oooo...o.oooo....oo.o..o......o.o....o.o......o..oo.........o...o..........o...oooooo...oo....oo....oo' +
    '..oo.oooo.oo.o..o.o....ooooo.oooooo......so...oo.ooo.o..ooo...oooo..oooo.ooo.....ooos..oooooooooooooooooo',
  // read: whatever the replaced program may call
  ext:
    'OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOO' +
    'OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOSOOOOOOOOOOOOSOOOOSSSOOOOOOOOOOOOOOOOOOOOOOSOSOOOOOOOOOOOOOOOOOO',
  // read: lirc_mode2_func_proto of drivers/media/rc/bpf-lirc.c
  lirc_mode2:
    'OOO-OOOO---O-OOOO----O------------O-O----O------------O---------------------OO-O------OOO--OOO----------OO' +
    '--O--OOOO-OO-O--O-O----OOOOO------O------SO---OO-OOO-----OO---OOOO--OOO--OOO--------S--OO-OOOOOOO----OOOO',
};

/** First kernel of a helper in a program type, where it is later than the helper's own. */
// biome-ignore format: one type a line
export const helperLater: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cgroup_device: { get_current_pid_tgid: '6.1', get_current_comm: '6.1', get_cgroup_classid: '6.1', perf_event_read: '6.18', current_task_under_cgroup: '6.12', perf_event_read_value: '6.18', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.1', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  cgroup_skb: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_netns_cookie: '6.18', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  cgroup_sock: { perf_event_read: '6.18', current_task_under_cgroup: '6.12', setsockopt: '7.3', perf_event_read_value: '6.18', getsockopt: '7.3', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  cgroup_sock_addr: { perf_event_read: '6.18', current_task_under_cgroup: '6.12', perf_event_read_value: '6.18', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  'cgroup_sock_addr/bind': { perf_event_read: '6.18', current_task_under_cgroup: '6.12', setsockopt: '5.12', perf_event_read_value: '6.18', getsockopt: '5.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  'cgroup_sock_addr/named': { perf_event_read: '6.18', current_task_under_cgroup: '6.12', setsockopt: '5.12', perf_event_read_value: '6.18', getsockopt: '5.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  cgroup_sockopt: { get_current_pid_tgid: '6.1', get_current_comm: '6.1', get_cgroup_classid: '6.1', perf_event_read: '6.18', current_task_under_cgroup: '6.12', perf_event_read_value: '6.18', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_netns_cookie: '5.15', get_current_ancestor_cgroup_id: '6.1', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  'cgroup_sockopt/set': { get_current_pid_tgid: '6.1', get_current_comm: '6.1', get_cgroup_classid: '6.1', perf_event_read: '6.18', current_task_under_cgroup: '6.12', setsockopt: '5.15', perf_event_read_value: '6.18', getsockopt: '5.15', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_netns_cookie: '5.15', get_current_ancestor_cgroup_id: '6.1', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  cgroup_sysctl: { get_current_pid_tgid: '6.1', get_current_comm: '6.1', get_cgroup_classid: '6.1', perf_event_read: '6.18', current_task_under_cgroup: '6.12', perf_event_read_value: '6.18', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.1', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  fentry: { get_cgroup_classid: '7.3', get_socket_cookie: '5.12', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', sk_storage_get: '5.11', sk_storage_delete: '5.11', get_current_ancestor_cgroup_id: '5.15' },
  fexit: { get_cgroup_classid: '7.3', get_socket_cookie: '5.12', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', sk_storage_get: '5.11', sk_storage_delete: '5.11', get_current_ancestor_cgroup_id: '5.15' },
  flow_dissector: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  iter: { get_cgroup_classid: '6.18', get_socket_cookie: '5.12', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', sk_storage_get: '5.11', sk_storage_delete: '5.11', get_current_ancestor_cgroup_id: '5.15' },
  kprobe: { get_cgroup_classid: '6.18', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', get_current_ancestor_cgroup_id: '5.15', copy_from_user: '6.1' },
  lsm: { get_cgroup_classid: '7.3', get_socket_cookie: '5.12', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', get_current_ancestor_cgroup_id: '5.15' },
  lsm_cgroup: { get_cgroup_classid: '7.3' },
  lwt_in: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  lwt_out: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  lwt_seg6local: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  lwt_xmit: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  netfilter: { get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', send_signal: '6.18', send_signal_thread: '6.18', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  perf_event: { get_cgroup_classid: '6.18', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', get_current_ancestor_cgroup_id: '5.15', copy_from_user: '6.1' },
  raw_tracepoint: { get_cgroup_classid: '6.18', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', get_current_ancestor_cgroup_id: '5.15', copy_from_user: '6.1', get_attach_cookie: '6.12' },
  raw_tracepoint_writable: { get_cgroup_classid: '6.18', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', get_current_ancestor_cgroup_id: '5.15', copy_from_user: '6.1', get_attach_cookie: '6.12' },
  sched_act: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_netns_cookie: '6.18', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  sched_cls: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_netns_cookie: '6.18', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  sk_lookup: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  sk_msg: { get_current_comm: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_netns_cookie: '5.15', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  sk_reuseport: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', get_socket_cookie: '5.14', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  sk_skb: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  sock_ops: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_netns_cookie: '5.15', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  socket_filter: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_netns_cookie: '6.18', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  struct_ops: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  syscall: { get_cgroup_classid: '6.18' },
  tp_btf: { get_cgroup_classid: '6.18', get_socket_cookie: '5.12', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', sk_storage_get: '5.11', sk_storage_delete: '5.11', get_current_ancestor_cgroup_id: '5.15', get_attach_cookie: '6.12', get_func_arg: '7.3', get_func_arg_cnt: '7.3' },
  tracepoint: { get_cgroup_classid: '6.18', spin_lock: '6.1', spin_unlock: '6.1', strtol: '6.1', strtoul: '6.1', get_current_ancestor_cgroup_id: '5.15', copy_from_user: '6.1' },
  xdp: { get_current_pid_tgid: '6.12', get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', get_current_cgroup_id: '6.12', strtol: '6.1', strtoul: '6.1', send_signal: '6.18', send_signal_thread: '6.18', get_ns_current_pid_tgid: '6.12', get_current_ancestor_cgroup_id: '6.12', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
  lirc_mode2: { get_current_uid_gid: '6.18', get_current_comm: '6.18', get_cgroup_classid: '6.18', perf_event_read: '6.18', current_task_under_cgroup: '6.18', perf_event_read_value: '6.18', send_signal: '6.18', send_signal_thread: '6.18', get_task_stack: '6.18', copy_from_user: '6.18', task_storage_get: '6.18', task_storage_delete: '6.18', get_branch_snapshot: '6.18', find_vma: '6.18', copy_from_user_task: '6.18' },
};
