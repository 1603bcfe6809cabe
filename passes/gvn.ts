/**
 * Global value numbering: an operation that was already computed on every path here is not computed again.
 *
 *     v2: i32 = add v0, v1                  v2: i32 = add v0, v1
 *     v3: i32 = add v1, v0            ⇒     v4: i32 = mul v2, v2
 *     v4: i32 = mul v2, v3
 *
 * A walk down the dominator tree with a scoped table. Loads take part as long as nothing that may write stands between
 * (within chains of blocks with one predecessor); the packet pointers of a context until a call that moves packets.
 * A branch on a comparison that a branch above has decided, or on its opposite, becomes a jump: the same values in the
 * same registers, so that the verifier knows too. Invariant: arithmetic on the context pointer is never merged (the verifier wants a constant offset in each access),
 * nor are `byref` cells, of which each belongs to one call.
 */

import { copyBlock, copyInstr, withBlocks } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import { type HelperRow, helpers } from '../src/bpf/helpers.ts';
import type { Block, Func, Instr, Terminator, ValueId } from '../src/ir/ir.ts';
import { type OpName, opRow } from '../src/ir/ops.ts';
import { type Pointers, pointersOf } from '../src/ir/pointers.ts';
import { cfgOf, mapFuncs, mapList, removeUnreachable, substitute, symbolOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const gvn: Pass<'ssa', 'ssa'> = {
  name: 'gvn',
  doc: 'reuse what was already computed on every path',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, number),
};

const helperRows: Readonly<Record<string, HelperRow>> = helpers;

/** Versions of memory: what was loaded under one version is the same under it. */
interface Versions {
  memory: number;
  packet: number;
}

interface Numbering {
  readonly pointers: Pointers;
  readonly context: ValueId | null;
  readonly contextWritten: boolean;
  readonly replaced: Map<ValueId, ValueId>;
  readonly table: Map<string, ValueId>;
  /** Is the value known to be nonzero or zero here, because of a branch above? */
  readonly facts: Map<ValueId, boolean>;
}

/** Each comparison's opposite. */
const opposites: Readonly<Partial<Record<OpName, OpName>>> = {
  'icmp.eq': 'icmp.ne',
  'icmp.ne': 'icmp.eq',
  'icmp.ult': 'icmp.uge',
  'icmp.uge': 'icmp.ult',
  'icmp.ule': 'icmp.ugt',
  'icmp.ugt': 'icmp.ule',
  'icmp.slt': 'icmp.sge',
  'icmp.sge': 'icmp.slt',
  'icmp.sle': 'icmp.sgt',
  'icmp.sgt': 'icmp.sle',
};

/** May the call invalidate packet pointers? */
function movesPacket(i: Instr): boolean {
  if (i.op !== 'helper') return true;
  const name = symbolOf(i) ?? '';
  return (
    !Object.hasOwn(helperRows, name) ||
    helperRows[name]!.movesPacket ||
    name === 'loop' ||
    name === 'for_each_map_elem'
  );
}

function immKey(i: Instr): string {
  const { imm } = i;
  if (imm === null || typeof imm !== 'object') return String(imm);
  return imm.kind === 'slot' ? `s${imm.slot}+${imm.offset}` : `@${imm.name}+${imm.offset}`;
}

/** What two instructions must share to have the same value; null: never the same. */
function keyOf(n: Numbering, i: Instr, versions: Versions): string | null {
  const row = opRow(i.op);
  if (i.result === null || i.op.startsWith('byref.') || i.op === 'aborted') return null;
  const root = i.args.length > 0 && row.args[0] === 'ptr' ? n.pointers.place(i.args[0]!).root : null;
  const onContext = root !== null && root === n.context;
  let version = '';
  if (row.effect === 'read') {
    version =
      onContext && i.type === 'ptr' && !n.contextWritten ? `p${versions.packet}` : `m${versions.memory}`;
  } else if (row.effect !== 'pure') return null;
  else if (onContext && (i.op === 'ptradd' || i.op === 'ptroff')) return null;
  const args = i.args.map((v) => n.replaced.get(v) ?? v);
  if (row.commutative === true) args.sort((a, b) => a - b);
  return `${i.op} ${i.type} ${args.join()} ${immKey(i)} ${version}`;
}

function advance(i: Instr, versions: Versions, fresh: () => number): void {
  const { effect } = opRow(i.op);
  if (effect === 'write' || effect === 'call') versions.memory = fresh();
  if (effect === 'call' && movesPacket(i)) versions.packet = fresh();
}

function number(input: Func): Func {
  const f = removeUnreachable(input);
  const graph = cfgOf(f);
  const { children } = dominators(graph);
  const pointers = pointersOf(f);
  const context = f.program === null ? null : (f.blocks[0]?.params[0]?.id ?? null);
  const some = (test: (i: Instr) => boolean): boolean => f.blocks.some((b) => b.body.some(test));
  const writesContext = (i: Instr): boolean =>
    opRow(i.op).effect === 'write' && i.args.length > 0 && pointers.place(i.args[0]!).root === context;
  const n: Numbering = {
    pointers,
    context,
    contextWritten: context !== null && some(writesContext),
    replaced: new Map(),
    table: new Map(),
    facts: new Map(),
  };
  const packetFixed = !some((i) => opRow(i.op).effect === 'call' && movesPacket(i));
  let last = 0;
  const fresh = (): number => ++last;
  const undo: (string | ValueId)[] = [];
  const decided = new Map<number, boolean>();
  const learn = (v: ValueId, holds: boolean): void => {
    if (n.facts.has(v)) return;
    n.facts.set(v, holds);
    undo.push(v);
  };
  const after = new Array<Versions>(f.blocks.length);
  const stack: { readonly block: number; readonly parent: number; readonly undoTo: number }[] = [
    { block: 0, parent: -1, undoTo: -1 },
  ];
  while (stack.length > 0) {
    const { block, parent, undoTo } = stack.pop()!;
    if (undoTo >= 0) {
      while (undo.length > undoTo) {
        const last = undo.pop()!;
        if (typeof last === 'string') n.table.delete(last);
        else n.facts.delete(last);
      }
      continue;
    }
    stack.push({ block, parent, undoTo: undo.length });
    for (const child of children[block]!) stack.push({ block: child, parent: block, undoTo: -1 });
    const inherits = graph.predecessors[block]!.length === 1 && graph.predecessors[block]![0] === parent;
    const versions: Versions = inherits
      ? { ...after[parent]! }
      : { memory: fresh(), packet: packetFixed ? 0 : fresh() };
    if (inherits) learnFromBranch(n, f.blocks[parent]!, f.blocks[block]!, learn);
    for (const i of f.blocks[block]!.body) {
      const key = keyOf(n, i, versions);
      const known = key === null ? undefined : n.table.get(key);
      if (known !== undefined) n.replaced.set(i.result!, known);
      else if (key !== null) {
        n.table.set(key, i.result!);
        undo.push(key);
        const opposite = opposites[i.op];
        const other =
          opposite === undefined
            ? undefined
            : n.table.get(keyOf(n, copyInstr(i, { op: opposite }), versions)!);
        const fact = other === undefined ? undefined : n.facts.get(other);
        if (fact !== undefined) learn(i.result!, !fact);
      }
      advance(i, versions, fresh);
    }
    after[block] = versions;
    const { end } = f.blocks[block]!;
    const fact = end.kind === 'branch' ? n.facts.get(n.replaced.get(end.cond) ?? end.cond) : undefined;
    if (fact !== undefined) decided.set(block, fact);
  }
  if (n.replaced.size === 0 && decided.size === 0) return f;
  const blocks = mapList(f.blocks, (b, at): Block => {
    const kept = b.body.filter((i) => i.result === null || !n.replaced.has(i.result));
    const body = kept.length === b.body.length ? b.body : kept;
    const fact = decided.get(at);
    const end: Terminator =
      fact === undefined || b.end.kind !== 'branch'
        ? b.end
        : { kind: 'jump', target: fact ? b.end.then : b.end.else, pos: b.end.pos };
    return body === b.body && end === b.end ? b : copyBlock(b, { body, end });
  });
  return substitute(withBlocks(f, blocks), n.replaced);
}

/** On the edge into a block with one predecessor the condition of the predecessor's branch is known. */
function learnFromBranch(
  n: Numbering,
  from: Block,
  to: Block,
  learn: (v: ValueId, holds: boolean) => void,
): void {
  const { end } = from;
  if (end.kind !== 'branch' || end.then.block === end.else.block) return;
  learn(n.replaced.get(end.cond) ?? end.cond, end.then.block === to.id);
}
