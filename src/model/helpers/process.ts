/** Helpers that tell of time, chance, processor and task: deterministic, and one task for every run. */

import type { Host, HostFunction } from '../host.ts';
import type { Memory } from '../memory.ts';
import { failures, type HelperState, type HelperTable } from './state.ts';

/** A kernel struct of zeros, larger than any. */
const structBytes = 16384;

export function processHelpers(state: HelperState): HelperTable {
  let now = state.now ?? 1_000_000_000n;
  let random = state.seed ?? 1;
  let result = 0n;
  const tasks = new WeakMap<Memory, bigint>();
  const clock: HostFunction = () => (now += 1000n);
  const pidTgid = state.pidTgid ?? (1234n << 32n) | 1235n;
  const task = ({ memory }: Host): bigint => {
    const known = tasks.get(memory) ?? memory.allocate('the current task', structBytes);
    tasks.set(memory, known);
    return known;
  };
  return {
    ktime_get_ns: clock,
    ktime_get_boot_ns: clock,
    ktime_get_coarse_ns: clock,
    ktime_get_tai_ns: clock,
    jiffies64: () => now / 4_000_000n,
    get_current_pid_tgid: () => pidTgid,
    get_current_uid_gid: () => state.uidGid ?? (1000n << 32n) | 1000n,
    get_smp_processor_id: () => 0n,
    get_numa_node_id: () => 0n,
    get_current_task: task,
    get_current_task_btf: task,
    get_current_cgroup_id: () => 1n,
    get_current_ancestor_cgroup_id: () => 1n,
    get_cgroup_classid: () => 0n,
    get_attach_cookie: () => state.cookie ?? 0n,
    get_func_ip: () => 0n,
    send_signal: () => 0n,
    send_signal_thread: () => 0n,
    override_return: () => 0n,
    get_retval: () => result,
    set_retval: (_host, [value]) => {
      result = BigInt.asIntN(32, value!);
      return 0n;
    },
    get_prandom_u32: () => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return BigInt(random);
    },
    get_current_comm: (host, [buffer, size]) => {
      const bytes = new Uint8Array(Number(size));
      const name = (state.comm ?? 'test').slice(0, Math.max(0, bytes.length - 1));
      for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i);
      host.memory.write(buffer!, bytes);
      return 0n;
    },
    get_ns_current_pid_tgid: (host, [, , to, size]) => {
      if (size !== 8n) return failures.invalid;
      host.memory.store(to!, 4, pidTgid & 0xffff_ffffn);
      host.memory.store(to! + 4n, 4, pidTgid >> 32n);
      return 0n;
    },
    get_stack: (host, [, buffer, size]) => {
      host.memory.write(buffer!, new Uint8Array(Number(size)));
      return 0n;
    },
    get_stackid: () => 0n,
  };
}
