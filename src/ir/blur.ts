/**
 * Makes what goes round in a loop, but for its counters, values of which the verifier knows nothing: it takes two rounds
 * for one then, however their values came about. For kernels without bpf_loop, and for loops that cannot become functions.
 *
 *     b1(v1, v2): …      ⇒      b1(v1, v2'): store.64 s0, v2'; atomic.add.64 s0, 0; v2 = load.u64 s0; …
 *
 * A counter keeps what is known of it, since it bounds the loop, as do values that addresses depend on. Costs a locked
 * operation per value and round.
 */

import { copyBlock, copyFunc, instr } from './copy.ts';
import { must } from '../base/assert.ts';
import { dominators } from '../base/graph.ts';
import { naturalLoops } from '../base/loops.ts';
import type { Block, Func, Instr, Param, Slot, ValueId } from './ir.ts';
import { addressFeeding } from './outline-cut.ts';
import { blockIndex, cfgOf, definitionsOf, incomingValues } from './walk.ts';

/** Does the parameter only change by constants? */
function counts(
  param: Param,
  incoming: readonly ValueId[],
  definitions: readonly (Instr | undefined)[],
): boolean {
  const constant = (v: ValueId): boolean => definitions[v]?.op === 'const';
  return incoming.every((v) => {
    const d = definitions[v];
    if (v === param.id || constant(v)) return true;
    return (d?.op === 'add' || d?.op === 'sub') && d.args[0] === param.id && constant(d.args[1]!);
  });
}

/** The function with the loop that the block heads blurred; null where that changes nothing. */
export function blurLoop(f: Func, header: number): Func | null {
  const graph = cfgOf(f);
  const at = blockIndex(f).get(header);
  const loop = naturalLoops(graph, dominators(graph)).loops.find((l) => l.header === at);
  if (loop === undefined) return null;
  const head = must(f.blocks[loop.header], 'a header');
  const definitions = definitionsOf(f);
  const incoming = incomingValues(f);
  const feeding = addressFeeding(f);
  const blurred = head.params.filter(
    (p) => p.type !== 'ptr' && !feeding.has(p.id) && !counts(p, incoming.get(p.id) ?? [], definitions),
  );
  if (blurred.length === 0) return null;
  const { pos } = head.end;
  let next = f.nextValue;
  const fresh = new Map(blurred.map((p) => [p.id, next++]));
  const slots: Slot[] = [];
  const body: Instr[] = [];
  const emit = (
    op: Instr['op'],
    type: Instr['type'],
    args: readonly ValueId[],
    imm: Instr['imm'],
  ): ValueId => {
    const result = next++;
    body.push({ op, result, type, args, imm, pos });
    return result;
  };
  const perform = (op: Instr['op'], args: readonly ValueId[]): void => {
    body.push({ op, result: null, type: 'i64', args, imm: 0, pos });
  };
  const zero = emit('const', 'i64', [], 0n);
  for (const p of blurred) {
    const slot = f.nextSlot + slots.length;
    slots.push({ id: slot, size: 8, align: 8, name: '', pos });
    const address = emit('slotaddr', 'ptr', [], { kind: 'slot', slot, offset: 0 });
    const given = must(fresh.get(p.id), 'a value');
    perform('store.64', [address, p.type === 'i32' ? emit('zext', 'i64', [given], null) : given]);
    perform('atomic.add.64', [address, zero]);
    const whole = (result: ValueId): Instr => instr('load.u64', result, 'i64', [address], 0, pos);
    if (p.type === 'i64') body.push(whole(p.id));
    else {
      const loaded = next++;
      body.push(whole(loaded));
      body.push({ op: 'trunc', result: p.id, type: 'i32', args: [loaded], imm: null, pos });
    }
  }
  const changed: Block = copyBlock(head, {
    params: head.params.map((p) => ({ ...p, id: fresh.get(p.id) ?? p.id })),
    body: [...body, ...head.body],
  });
  return copyFunc(f, {
    blocks: f.blocks.map((b) => (b === head ? changed : b)),
    slots: [...f.slots, ...slots],
    nextValue: next,
    nextSlot: f.nextSlot + slots.length,
  });
}
