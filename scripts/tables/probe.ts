/**
 * Questions to the running kernel about the platform tables: programs of a few instructions, accepted or refused.
 *
 *     const probe = openProbe(system);
 *     probe.accepts('xdp', setR0(2n), exit)         // true
 *     probe.log('xdp', call(36), setR0(2n), exit)   // "… program of this type cannot use helper …"
 */

import { readFileSync } from 'node:fs';
import { parseKernel, supports } from '../../src/bpf/kernels.ts';
import { type AttachKind, isAttachKind, programs } from '../../src/bpf/programs.ts';
import { loadProgram } from '../../src/kernel/program.ts';
import { closeFd, type System } from '../../src/kernel/system.ts';
import { readBtf } from '../../src/object/btf-read.ts';

/** A kernel function, tracepoint or struct of BTF to attach to, for the attach types that need one. */
const hooks: Readonly<Record<string, readonly [kind: 'func' | 'typedef' | 'struct', name: string]>> = {
  trace_fentry: ['func', 'bpf_fentry_test1'],
  trace_fexit: ['func', 'bpf_fentry_test1'],
  trace_fsession: ['func', 'bpf_fentry_test1'],
  modify_return: ['func', 'bpf_modify_return_test'],
  lsm_mac: ['func', 'bpf_lsm_file_open'],
  lsm_cgroup: ['func', 'bpf_lsm_socket_post_create'],
  trace_iter: ['func', 'bpf_iter_task'],
  trace_raw_tp: ['typedef', 'btf_trace_sys_enter'],
  struct_ops: ['struct', 'tcp_congestion_ops'],
};

/** Sleepable programs attach to functions that may sleep: system calls. */
const sleepableFunction = '__x64_sys_getpgid';

/** One instruction; the first register is the destination. */
export function instruction(
  code: number,
  imm: number,
  registers: readonly [number, number] = [0, 0],
  offset = 0,
): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes[0] = code;
  bytes[1] = registers[0] | (registers[1] << 4);
  new DataView(bytes.buffer).setInt16(2, offset, true);
  new DataView(bytes.buffer).setInt32(4, imm, true);
  return bytes;
}

export const call = (id: number): Uint8Array => instruction(0x85, id);
export const setR0 = (value: bigint): Uint8Array => instruction(0xb7, Number(value));
export const exit = instruction(0x95, 0);

export interface Probe {
  /** `6.12`. */
  readonly kernel: string;
  /** Kinds that the kernel is new enough for, by the table. */
  readonly kinds: readonly AttachKind[];
  /** Of these, the ones whose `r0 = default; exit` it loads. */
  readonly loadable: readonly AttachKind[];
  /** Without a log, which is faster. */
  readonly accepts: (kind: AttachKind, ...insns: readonly Uint8Array[]) => boolean;
  /** The verifier's log, or null when it accepts. */
  readonly log: (kind: AttachKind, ...insns: readonly Uint8Array[]) => string | null;
}

function hookIds(): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  readBtf(new Uint8Array(readFileSync('/sys/kernel/btf/vmlinux'))).types.forEach((type, id) => {
    if (type === null || !('name' in type)) return;
    for (const [key, [form, name]] of Object.entries(hooks))
      if (type.kind === form && type.name === name) ids.set(key, id);
    if (type.kind === 'func' && type.name === sleepableFunction) ids.set(sleepableFunction, id);
  });
  return ids;
}

export function openProbe(system: System): Probe {
  const kernel = parseKernel(system.release) ?? '';
  const ids = hookIds();
  const hookOf = (kind: AttachKind): number => {
    const { attachType, type, sleepable } = programs[kind];
    if (sleepable && type === 'tracing' && attachType !== 'trace_iter')
      return ids.get(sleepableFunction) ?? 0;
    return ids.get(attachType ?? type) ?? 0;
  };
  const load = (kind: AttachKind, insns: readonly Uint8Array[], logLevel: number): string | null => {
    const row = programs[kind];
    const result = loadProgram(system, {
      type: row.typeId,
      expectedAttachType: row.attachId,
      insns: Buffer.concat(insns),
      license: 'GPL',
      flags: (row.sleepable ? 16 : 0) | (row.frags ? 32 : 0),
      attachBtfId: hookOf(kind),
      logLevel,
    });
    if (!result.ok) return result.log;
    closeFd(system, result.fd);
    return null;
  };
  const accepts: Probe['accepts'] = (kind, ...insns) => load(kind, insns, 0) === null;
  const kinds: readonly AttachKind[] = Object.keys(programs)
    .filter(isAttachKind)
    .filter((kind) => supports(kernel, programs[kind].since));
  const loadable = kinds.filter((kind) => accepts(kind, setR0(programs[kind].defaultResult), exit));
  return { kernel, kinds, loadable, accepts, log: (kind, ...insns) => load(kind, insns, 1) };
}
