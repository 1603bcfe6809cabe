/**
 * Measures on the running kernel which program types may call which kernel functions, for src/bpf/kfunc-rows.ts.
 *
 *     npx tsx scripts/tables/measure-kfuncs.ts > kfuncs-6.12.json      { "xdp": ["bpf_dynptr_from_xdp", …], … }
 *
 * For each type of program it loads `call NAME; exit` for every function of the table that the kernel's types have. One
 * that the type may not call is refused by name, before its arguments are looked at.
 */

import { fileURLToPath } from 'node:url';
import { kfuncNames } from '../../src/bpf/kfuncs.ts';
import { programs } from '../../src/bpf/programs.ts';
import { kernelFunction } from '../../src/kernel/host-btf.ts';
import { openSystem } from '../../src/kernel/system.ts';
import { exit, instruction, openProbe, type Probe, setR0 } from './probe.ts';

/** A call of a kernel function. */
const kernelCall = (id: number): Uint8Array => instruction(0x85, id, [0, 2]);

/** Functions that each program type may call, by type; types that the kernel does not load are left out. */
export function measureKfuncs(probe: Probe): Readonly<Record<string, readonly string[]>> {
  const present = kfuncNames().flatMap((name) => {
    const id = kernelFunction(name);
    return id === null ? [] : [{ name, id }];
  });
  const found: Record<string, readonly string[]> = {};
  // A struct_ops program loads only as a member of its struct, but a call is looked at all the same.
  for (const kind of [...probe.loadable, 'struct_ops' as const]) {
    const row = programs[kind];
    if (found[row.type] !== undefined || (row.sleepable && row.type !== 'syscall')) continue;
    found[row.type] = present
      .filter(({ id }) => {
        const log = probe.log(kind, kernelCall(id), setR0(row.defaultResult), exit) ?? '';
        return !/is not allowed|not a valid kernel function|does not exist|not supported/.test(log);
      })
      .map(({ name }) => name);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const opened = await openSystem();
  if (!opened.available) throw new Error(opened.why);
  process.stdout.write(`${JSON.stringify(measureKfuncs(openProbe(opened.system)), null, 1)}\n`);
}
