/**
 * Clears the bytes of ring buffer records that some path to Submit does not write (padding, mostly), so that user space
 * sees no old kernel memory; and refuses reads of bytes that are not written yet.
 *
 *     v1: ptr = helper @ringbuf_reserve(v0, 16)       v1: …
 *     branch (v1 == nil), b1, b2                      branch …
 *   b2:                                            ⇒  b2:
 *     store.8 v1 + 0, v3                                store.32 v1 + 0, 0        (bytes 1 to 3)
 *     store.32 v1 + 4, v4                               …
 *
 * The stores stand where the pointer is first known not to be nil, before anything else writes the record.
 */

import { copyBlock, copyFunc, withBlocks, withBody } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import { spanAt } from '../src/base/source.ts';
import { clearing } from '../src/ir/clearing.ts';
import type { Block, Func, Instr, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { recordAliases, recordBytes, writeSummary } from '../src/ir/record-bytes.ts';
import { cfgOf, definitionsOf, mapFuncs, targetsOf, symbolOf } from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';

export const zeroRecords: Pass<'ssa', 'ssa'> = {
  name: 'zero-records',
  doc: 'clear what a ring buffer record would show unwritten, and refuse reads of it',
  from: 'ssa',
  to: 'ssa',
  run: (module, context) => {
    if (!module.funcs.some((f) => f.blocks.some((b) => b.body.some(isReserve)))) return module;
    const summaries = new Map<string, ReturnType<typeof writeSummary>>();
    // Twice, for functions that stand before those that they call.
    for (let round = 0; round < 2; round++)
      for (const func of module.funcs)
        if (func.program === null) summaries.set(func.name, writeSummary(func, summaries));
    return mapFuncs(module, (func) => cleared(func, summaries, context));
  },
};

const isHelper = (i: Instr, name: string): boolean => i.op === 'helper' && symbolOf(i) === name;

const isReserve = (i: Instr): boolean => isHelper(i, 'ringbuf_reserve');

function cleared(func: Func, summaries: Parameters<typeof recordBytes>[4], context: PassContext): Func {
  let result = func;
  for (const begin of func.blocks.flatMap((b) => b.body.filter(isReserve))) {
    const length = definitionsOf(func)[begin.args[1]!];
    if (begin.result === null || length?.op !== 'const') continue;
    const size = Number(length.imm);
    const zero = zeroOf(func, begin);
    if (zero !== null) {
      const all = Array.from({ length: size }, (_, k) => k);
      result = clear(without(result, zero), begin, begin.result, size, all);
      continue;
    }
    const { reads, unwritten } = recordBytes(func, begin, begin.result, size, summaries);
    for (const i of reads)
      context.diagnostics.report('unwritten-record', spanAt(context.files, i.pos), {}, taken(begin, context));
    if (unwritten.length > 0) result = clear(result, begin, begin.result, size, unwritten);
  }
  return result;
}

/** The instruction directly after the call that clears the whole record (ReserveZeroed): it may be nil there. */
function zeroOf(func: Func, begin: Instr): Instr | null {
  const body = func.blocks.find((b) => b.body.includes(begin))?.body ?? [];
  const next = body[body.indexOf(begin) + 1];
  return next !== undefined && opRow(next.op).bulk === 'zero' && next.args[0] === begin.result ? next : null;
}

function without(func: Func, instr: Instr): Func {
  const blocks = func.blocks.map((b) =>
    b.body.includes(instr)
      ? withBody(
          b,
          b.body.filter((i) => i !== instr),
        )
      : b,
  );
  return withBlocks(func, blocks);
}

function taken(begin: Instr, context: PassContext) {
  const span = spanAt(context.files, begin.pos);
  return span === null ? [] : [{ span, message: 'the record is taken here, with whatever its memory holds' }];
}

function clear(func: Func, begin: Instr, record: ValueId, size: number, unwritten: readonly number[]): Func {
  let { nextValue } = func;
  const { pos } = begin;
  const zero: ValueId = nextValue++;
  const stores = (pointer: ValueId): readonly Instr[] => [
    { op: 'const', result: zero, type: 'i64', args: [], imm: 0n, pos },
    ...clearing({ size, align: 8 }, unwritten).map(({ offset, bytes }): Instr => {
      const op = `store.${bytes === 1 ? 8 : bytes === 2 ? 16 : bytes === 4 ? 32 : 64}` as const;
      return { op, result: null, type: 'i64', args: [pointer, zero], imm: offset, pos };
    }),
  ];
  const home = knownBlock(func, record);
  if (home !== null) {
    const blocks = func.blocks.map((b, at) =>
      at === home.block ? withBody(b, [...stores(home.pointer), ...b.body]) : b,
    );
    return withBlocks(func, blocks, nextValue);
  }
  // The program’s own comparison reads what this one found: see nil-once.
  const nil: ValueId = nextValue++;
  const cond: ValueId = nextValue++;
  let { nextBlock } = func;
  const there = nextBlock++;
  const rest = nextBlock++;
  const to = { block: rest, args: [] };
  const blocks = func.blocks.flatMap((b): readonly Block[] => {
    const at = b.body.indexOf(begin);
    if (at < 0) return [b];
    const test: readonly Instr[] = [
      { op: 'const', result: nil, type: 'ptr', args: [], imm: 0n, pos },
      { op: 'icmp.eq', result: cond, type: 'i32', args: [record, nil], imm: null, pos },
    ];
    return [
      copyBlock(b, {
        body: [...b.body.slice(0, at + 1), ...test],
        end: { kind: 'branch', cond, then: to, else: { block: there, args: [] }, pos },
      }),
      { id: there, params: [], body: stores(record), end: { kind: 'jump', target: to, pos } },
      { id: rest, params: [], body: b.body.slice(at + 1), end: b.end },
    ];
  });
  return copyFunc(func, { blocks, nextValue, nextBlock });
}

/**
 * The block that is entered only where the pointer is not nil, and that dominates every use of the memory, with the
 * pointer that is compared; or null.
 */
function knownBlock(
  func: Func,
  record: ValueId,
): { readonly block: number; readonly pointer: ValueId } | null {
  const definitions = definitionsOf(func);
  const graph = cfgOf(func);
  const tree = dominators(graph);
  const roots = recordAliases(func, record);
  const tested = (i: Instr | undefined): ValueId | null => {
    if (i?.op !== 'icmp.eq' && i?.op !== 'icmp.ne') return null;
    const [pointer, nil] = i.args;
    const d = nil === undefined ? undefined : definitions[nil];
    return pointer !== undefined && roots.has(pointer) && d?.op === 'const' && d.imm === 0n ? pointer : null;
  };
  const candidates = func.blocks.flatMap((b) => {
    const test = b.end.kind === 'branch' ? definitions[b.end.cond] : undefined;
    const pointer = tested(test);
    if (b.end.kind !== 'branch' || pointer === null) return [];
    const target = test?.op === 'icmp.eq' ? b.end.else : b.end.then;
    const block = func.blocks.findIndex((to) => to.id === target.block);
    return target.args.length === 0 && graph.predecessors[block]?.length === 1 ? [{ block, pointer }] : [];
  });
  const params = new Map(func.blocks.map((b) => [b.id, b.params]));
  const users = func.blocks.flatMap((b, at) => {
    const used = b.body.some(
      (i) => i.args.some((v) => roots.has(v)) && tested(i) === null && !isHelper(i, 'ringbuf_discard'),
    );
    // Passed to a parameter that is the record too, it is not used yet.
    const passed = targetsOf(b.end).some((t) =>
      t.args.some((v, n) => roots.has(v) && !roots.has(params.get(t.block)?.[n]?.id ?? -1)),
    );
    const returned = b.end.kind === 'return' && b.end.value !== null && roots.has(b.end.value);
    return used || passed || returned ? [at] : [];
  });
  return candidates.find((home) => users.every((at) => tree.dominates(home.block, at))) ?? null;
}
