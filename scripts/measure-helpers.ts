/**
 * Measures on the running kernel which program types may call which helpers, for scripts/gen-helpers.ts.
 *
 *     npx tsx scripts/measure-helpers.ts > measured-6.12.json
 *
 * For each kind of the program table's `helpers` column it loads `call N; r0 = default; exit` for every helper and
 * reads the verifier's complaint: a helper that the type may not call is refused by name, one that it may call is
 * refused for its arguments, if at all. Kinds whose plain `r0 = default; exit` does not load are left out.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { helperNames, helpers } from '../src/bpf/helpers.ts';
import { type AttachKind, isAttachKind, type ProgramRow, programs } from '../src/bpf/programs.ts';
import { loadProgram } from '../src/kernel/program.ts';
import { closeFd, openSystem, type System } from '../src/kernel/system.ts';
import { readBtf } from '../src/object/btf-read.ts';

export interface Measurement {
  /** `6.12`. */
  readonly kernel: string;
  /** One letter a helper, by the program table's `helpers` column: `.` refused, `o` allowed, `s` if it may sleep. */
  readonly rows: Readonly<Record<string, string>>;
}

/** A kernel function, tracepoint or struct of BTF to attach to, for the kinds that need one. */
const hooks: Readonly<Record<string, readonly [kind: 'func' | 'typedef' | 'struct', name: string]>> = {
  fentry: ['func', 'bpf_fentry_test1'],
  fexit: ['func', 'bpf_fentry_test1'],
  lsm: ['func', 'bpf_lsm_file_open'],
  lsm_cgroup: ['func', 'bpf_lsm_socket_post_create'],
  iter: ['func', 'bpf_iter_task'],
  tp_btf: ['typedef', 'btf_trace_sys_enter'],
  struct_ops: ['struct', 'tcp_congestion_ops'],
};

/** One instruction; the first operand is the destination. */
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

/** BTF ids of the hooks. */
export function hookIds(): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  readBtf(readFileSync('/sys/kernel/btf/vmlinux')).types.forEach((type, id) => {
    if (type === null || !('name' in type)) return;
    for (const [key, [form, name]] of Object.entries(hooks)) {
      if (type.kind === form && type.name === name) ids.set(key, id);
    }
  });
  return ids;
}

/** The verifier's log, or null when it accepts. */
export function load(
  system: System,
  row: ProgramRow,
  hook: number,
  insns: readonly Uint8Array[],
): string | null {
  const result = loadProgram(system, {
    type: row.typeId,
    expectedAttachType: row.attachId,
    insns: Buffer.concat(insns),
    license: 'GPL',
    flags: (row.sleepable ? 16 : 0) | (row.frags ? 32 : 0),
    attachBtfId: hook,
    logLevel: 1,
  });
  if (!result.ok) return result.log;
  closeFd(system, result.fd);
  return null;
}

export function letter(log: string | null): string {
  if (log === null) return 'o';
  if (/unknown func|cannot use helper|invalid func/.test(log)) return '.';
  return /might sleep|non-sleepable/.test(log) ? 's' : 'o';
}

function measure(system: System): Measurement {
  const ids = hookIds();
  const rows: Record<string, string> = {};
  const kinds: readonly AttachKind[] = Object.keys(programs).filter(isAttachKind);
  for (const kind of kinds) {
    const row = programs[kind];
    if (rows[row.helpers] !== undefined || (row.sleepable && row.type !== 'syscall')) continue;
    const hook = ids.get(kind) ?? 0;
    if (load(system, row, hook, [setR0(row.defaultResult), exit]) !== null) continue;
    rows[row.helpers] = helperNames()
      .map((name) =>
        letter(load(system, row, hook, [call(helpers[name].id), setR0(row.defaultResult), exit])),
      )
      .join('');
  }
  const [major, minor] = system.release.split('.');
  return { kernel: `${major}.${minor}`, rows };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const probe = await openSystem();
  if (!probe.available) throw new Error(probe.why);
  process.stdout.write(`${JSON.stringify(measure(probe.system), null, 1)}\n`);
}
