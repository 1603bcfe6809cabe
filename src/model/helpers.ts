/**
 * Helpers for programs that run in the SSA evaluator or the VM, deterministic: time advances by a microsecond per question, random numbers come from
 * a small generator, printed lines are collected.
 *
 *     const log: string[] = [];
 *     createMachine(module, { helpers: testHelpers({ log }) });
 */

import type { Host, HostFunction } from './host.ts';
import { Trap } from './memory.ts';

export interface HelperState {
  /** Receives one string per printed line, trailing newlines removed. */
  readonly log: string[];
  /** Current time in nanoseconds. */
  readonly now?: bigint;
  readonly pidTgid?: bigint;
  readonly uidGid?: bigint;
  readonly comm?: string;
  readonly seed?: number;
}

const keyAt = (host: Host, map: bigint, key: bigint): Uint8Array =>
  host.memory.read(key, host.map(map).decl.keySize);

/** printf as bpf_trace_printk knows it. */
function format(host: Host, text: string, args: readonly bigint[]): string {
  let next = 0;
  return text.replace(
    /%(%|(0?\d*)(ll|l|h|hh)?([duxXcsp]))/g,
    (_, all: string, pad: string, size: string, verb: string) => {
      if (all === '%') return '%';
      const value = args[next++] ?? 0n;
      const width = size === 'll' || size === 'l' ? 64 : 32;
      const shown =
        verb === 's'
          ? host.memory.text(value, 4096)
          : verb === 'c'
            ? String.fromCharCode(Number(value & 0xffn))
            : verb === 'd'
              ? String(BigInt.asIntN(width, value))
              : verb === 'u'
                ? String(BigInt.asUintN(width, value))
                : BigInt.asUintN(verb === 'p' ? 64 : width, value).toString(16);
      return shown.padStart(Number(pad || 0), pad?.startsWith('0') === true ? '0' : ' ');
    },
  );
}

export function testHelpers(state: HelperState): Readonly<Record<string, HostFunction>> {
  let now = state.now ?? 1_000_000_000n;
  let random = state.seed ?? 1;
  const clock: HostFunction = () => (now += 1000n);
  const print = (host: Host, text: string, args: readonly bigint[]): bigint => {
    const line = format(host, text, args);
    state.log.push(line.replace(/\n$/, ''));
    return BigInt(line.length);
  };
  return {
    map_lookup_elem: (host, [map, key]) => host.map(map!).lookup(keyAt(host, map!, key!)),
    map_update_elem: (host, [map, key, value, flags]) => {
      const m = host.map(map!);
      return m.update(keyAt(host, map!, key!), host.memory.read(value!, m.decl.valueSize), flags!);
    },
    map_delete_elem: (host, [map, key]) => host.map(map!).delete(keyAt(host, map!, key!)),
    for_each_map_elem: (host, [map, callback, context]) => {
      let visited = 0n;
      for (const key of host.map(map!).keys()) {
        visited++;
        const cell = host.memory.allocate('key', key.slice(), { readOnly: true });
        const stop = host.callback(callback!, [map!, cell, host.map(map!).lookup(key), context!]);
        if (stop !== 0n) break;
      }
      return visited;
    },
    loop: (host, [count, callback, context]) => {
      const times = BigInt.asUintN(32, count!);
      if (times > 8_388_608n) return -7n;
      for (let i = 0n; i < times; i++) {
        const stop = host.callback(callback!, [i, context!]);
        if (stop !== 0n) return i + 1n;
      }
      return times;
    },
    trace_printk: (host, [text, size, ...args]) => print(host, host.memory.text(text!, Number(size)), args),
    trace_vprintk: (host, [text, size, data, length]) => {
      const args = Array.from({ length: Number(length!) / 8 }, (_, i) =>
        host.memory.load(data! + BigInt(8 * i), 8),
      );
      return print(host, host.memory.text(text!, Number(size)), args);
    },
    ktime_get_ns: clock,
    ktime_get_boot_ns: clock,
    ktime_get_coarse_ns: clock,
    jiffies64: () => now / 4_000_000n,
    get_current_pid_tgid: () => state.pidTgid ?? (1234n << 32n) | 1235n,
    get_current_uid_gid: () => state.uidGid ?? (1000n << 32n) | 1000n,
    get_smp_processor_id: () => 0n,
    get_numa_node_id: () => 0n,
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
    probe_read_kernel: (host, [to, size, from]) => {
      try {
        host.memory.write(to!, host.memory.read(from!, Number(size)).slice());
        return 0n;
      } catch (error) {
        if (!(error instanceof Trap)) throw error;
        host.memory.write(to!, new Uint8Array(Number(size)));
        return -14n;
      }
    },
  };
}
