/** The table of kernel functions, compared with the types and the verdicts of the running kernel. */

import { expect, test } from 'vitest';
import { kernelSystem, requires } from '../../golden/requires.ts';
import {
  type KfuncType,
  kfuncHas,
  kfuncNames,
  kfuncPrototype,
  kfuncRow,
  kfuncVerdict,
} from '../../src/bpf/kfuncs.ts';
import { supports } from '../../src/bpf/kernels.ts';
import { hostBtf, kernelFunction } from '../../src/kernel/host-btf.ts';
import { skipModifiers } from '../../src/object/btf-read.ts';
import { measureKfuncs } from './measure-kfuncs.ts';
import { openProbe, type Probe } from './probe.ts';

const kernelTest = test.skipIf(!(await requires('kernel')));

/** A type as loaders compare it: kinds, and how deep pointers go. */
function ofTable(type: KfuncType): string {
  return type.kind === 'ptr' ? `*${ofTable(type.to)}` : type.kind;
}

function ofKernel(id: number): string {
  if (id === 0) return 'void';
  const type = skipModifiers(hostBtf(), id);
  if (type?.kind === 'ptr') return `*${ofKernel(type.type)}`;
  const kinds: Readonly<Record<string, string>> = { enum64: 'enum', fwd: 'struct', 'func-proto': 'func' };
  return kinds[type?.kind ?? 'void'] ?? type?.kind ?? 'void';
}

kernelTest('prototypes are the kernel’s', () => {
  const known = new Set(kfuncNames());
  let compared = 0;
  for (const func of hostBtf().types) {
    if (func?.kind !== 'func' || !known.has(func.name) || kfuncRow(func.name)?.measured !== true) continue;
    const proto = hostBtf().types[func.type];
    const row = kfuncPrototype(func.name);
    if (proto?.kind !== 'func-proto' || row === null) continue;
    const kernel = [ofKernel(proto.result), ...proto.params.map((p) => ofKernel(p.type))];
    expect([func.name, ...kernel]).toEqual([
      func.name,
      ofTable(row.result),
      ...row.params.map((p) => ofTable(p.type)),
    ]);
    compared++;
  }
  expect(compared).toBeGreaterThan(100);
});

/** Sets whose functions more is demanded of than the type of program. */
const conditional: readonly string[] = ['xdp_metadata', 'kprobe_multi', 'sk_iter', 'qdisc'];

kernelTest('program types are the kernel’s', async () => {
  const probe = openProbe(await kernelSystem());
  const kinds = ['xdp', 'tc', 'tracepoint', 'syscall', 'socket', 'cgroup_skb/egress'];
  const some: Probe = { ...probe, loadable: probe.loadable.filter((kind) => kinds.includes(kind)) };
  const present = kfuncNames().filter((name) => kernelFunction(name) !== null);
  const wrong: string[] = [];
  for (const [type, allowed] of Object.entries(measureKfuncs(some))) {
    if (type === 'struct_ops') continue;
    for (const name of present) {
      const row = kfuncRow(name);
      if (row === null || row.sets.length === 0 || row.sets.some((s) => conditional.includes(s))) continue;
      const verdict = kfuncVerdict(name, type);
      const said = verdict.allowed && supports(probe.kernel, verdict.since);
      // One that sleeps may be refused for that.
      if (said !== allowed.includes(name) && !(said && kfuncHas(name, 'sleepable')))
        wrong.push(`${type} ${name}: ${said}`);
    }
  }
  expect(wrong).toEqual([]);
});
