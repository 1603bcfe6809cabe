/**
 * Checks that no pointer into a packet is used after a call that may move the packet: the kernel forgets such pointers.
 *
 *     eth := bpf.At[Eth](ctx, 0); bpf.XdpAdjustHead(ctx, -4); eth.Proto = 8      error: stale-packet-pointer
 *
 * Which helpers move packets is a column of the helper table; functions of the module move them if a function that
 * they call does. It changes nothing, and runs before anything is inlined.
 *
 * Forward data flow over dead pointers. A pointer is what a load of a context's data field gives, and what is derived
 * from one; a parameter of a block is dead if what any edge gives it is.
 */

import { reversePostorder } from '../src/base/graph.ts';
import { type Pos, spanAt } from '../src/base/source.ts';
import { helpers, isHelperName } from '../src/bpf/helpers.ts';
import { programRow } from '../src/bpf/programs.ts';
import type { Func, Instr, Module, ValueId } from '../src/ir/ir.ts';
import { bytesOf } from '../src/ir/pointers.ts';
import { cfgOf, incomingValues, targetsOf, symbolOf } from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';

export const checkPackets: Pass<'ssa', 'ssa'> = {
  name: 'check-packets',
  doc: 'check that no pointer into a packet is used after a call that may move the packet',
  from: 'ssa',
  to: 'ssa',
  run: (module, context) => {
    const movers = movingFunctions(module);
    const wide = new Set(module.programs.filter((p) => isMessage(p.section)).map((p) => p.name));
    for (const func of module.funcs)
      checkFunc(func, (i) => moves(i, movers), wide.has(func.program ?? ''), context);
    return module;
  },
};

function moves(i: Instr, movers: ReadonlySet<string>): boolean {
  const name = symbolOf(i) ?? '';
  if (i.op === 'helper') return isHelperName(name) && helpers[name].movesPacket;
  return (i.op === 'call' || i.op === 'funcaddr') && movers.has(name);
}

function movingFunctions(module: Module): ReadonlySet<string> {
  const movers = new Set<string>();
  for (let size = -1; size < movers.size; ) {
    size = movers.size;
    for (const func of module.funcs)
      if (func.blocks.some((b) => b.body.some((i) => moves(i, movers)))) movers.add(func.name);
  }
  return movers;
}

/** The context of sk_msg programs has its data and end as 64-bit pointers, first of all. */
const isMessage = (section: string): boolean => programRow(section)?.row.type === 'sk_msg';
const messagePointers = 16;

/**
 * A packet pointer of the context: the only pointers that 32-bit loads give, and what is made of them; `wide`: what
 * 64-bit loads of the context's first fields give.
 */
function packetPointers(func: Func, wide: boolean): ReadonlySet<ValueId> {
  const context = func.blocks[0]?.params[0]?.id;
  const loaded = (i: Instr): boolean =>
    i.op === 'load.u32' ||
    (wide && i.op === 'load.u64' && i.args[0] === context && bytesOf(i) < messagePointers);
  const found = new Set<ValueId>();
  const incoming = incomingValues(func);
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const i of func.blocks.flatMap((b) => b.body)) {
      if (i.result === null || i.type !== 'ptr') continue;
      const derived = (i.op === 'ptroff' || i.op === 'ptradd') && found.has(i.args[0]!);
      if (derived || loaded(i)) found.add(i.result);
    }
    for (const [param, args] of incoming) if (args.some((v) => found.has(v))) found.add(param);
  }
  return found;
}

/** Dead pointers, with the call that ended them. */
type Dead = ReadonlyMap<ValueId, Pos>;

function checkFunc(func: Func, mover: (i: Instr) => boolean, wide: boolean, context: PassContext): void {
  if (!func.blocks.some((b) => b.body.some(mover))) return;
  const pointers = packetPointers(func, wide);
  if (pointers.size === 0) return;
  const graph = cfgOf(func);
  const order = reversePostorder(graph);
  const index = new Map(func.blocks.map((b, at) => [b.id, at]));
  const start: Map<ValueId, Pos>[] = func.blocks.map(() => new Map());
  for (let changed = true; changed; ) {
    changed = false;
    for (const at of order) {
      const block = func.blocks[at]!;
      let dead: Dead = start[at]!;
      for (const i of block.body) dead = after(dead, i, pointers, mover);
      for (const target of targetsOf(block.end)) {
        const to = index.get(target.block)!;
        const into = start[to]!;
        const { size } = into;
        const params = func.blocks[to]!.params;
        for (const [v, pos] of dead) if (!into.has(v) && !params.some((p) => p.id === v)) into.set(v, pos);
        params.forEach((p, n) => {
          const pos = dead.get(target.args[n]!);
          if (pos !== undefined && !into.has(p.id)) into.set(p.id, pos);
        });
        changed ||= into.size > size;
      }
    }
  }
  for (const at of order) {
    let dead: Dead = start[at]!;
    for (const i of func.blocks[at]!.body) {
      reportUses(dead, i, context);
      dead = after(dead, i, pointers, mover);
    }
  }
}

function after(dead: Dead, i: Instr, pointers: ReadonlySet<ValueId>, mover: (i: Instr) => boolean): Dead {
  if (i.result !== null && pointers.has(i.result)) {
    const next = new Map(dead);
    const from = i.op.startsWith('load.') ? undefined : dead.get(i.args[0]!);
    if (from === undefined) next.delete(i.result);
    else next.set(i.result, from);
    return next;
  }
  if (!mover(i) || i.op === 'funcaddr') return dead;
  return new Map([...[...pointers].map((v) => [v, i.pos] as const), ...dead]);
}

/** Loads and stores through a dead pointer, and calls that get one. */
function reportUses(dead: Dead, i: Instr, context: PassContext): void {
  const called = i.op === 'helper' || i.op === 'kfunc' || i.op === 'call';
  const memory = /^(load|store|atomic|zero|copy)\b/.test(i.op);
  if (!called && !memory) return;
  const copies = i.op.startsWith('copy');
  for (const v of called || copies ? i.args : i.args.slice(0, 1)) {
    const moved = dead.get(v);
    if (moved === undefined) continue;
    const span = spanAt(context.files, i.pos);
    const call = spanAt(context.files, moved);
    const same = context.diagnostics.list.some(
      (d) =>
        d.code === 'stale-packet-pointer' && d.span?.file === span?.file && d.span?.start === span?.start,
    );
    if (same) continue;
    const related = call === null ? [] : [{ span: call, message: 'this call may move the packet' }];
    context.diagnostics.report('stale-packet-pointer', span, { line: moved.line }, related);
  }
}
