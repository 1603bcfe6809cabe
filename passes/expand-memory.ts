/**
 * Expands `zero` and `copy` into the fewest, widest loads and stores.
 *
 *     copy.4 v1, v2, 12        ⇒   v3: i64 = load.u64 v2 + 0
 *     (both in map values)         store.64 v1 + 0, v3
 *                                  v4: i32 = load.u32 v2 + 8
 *                                  store.32 v1 + 8, v4
 *
 * Accesses of the stack keep natural alignment (the verifier demands it); maps, packets and other memory take any, so
 * that a rest is covered by one access that overlaps the one before. Invariant: no `zero` or `copy` is left.
 */

import { withBlocks, withBody } from '../src/ir/copy.ts';
import type { Func, Instr, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { bytesOf, type Pointers, pointersOf } from '../src/ir/pointers.ts';
import { expandList, mapFuncs, mapList } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const expandMemory: Pass<'ssa', 'ssa'> = {
  name: 'expand-memory',
  doc: 'expand zero and copy into the widest loads and stores',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, expandFunc),
};

type Width = 8 | 4 | 2 | 1;
const widths: readonly Width[] = [8, 4, 2, 1];

/** A pointer with what is known of its alignment: `unit` at `base`; unit 0 means that any access is allowed. */
interface End {
  readonly base: number;
  readonly unit: number;
}

export interface Chunk {
  readonly offset: number;
  readonly width: Width;
}

const fits = (end: End, offset: number, width: number): boolean =>
  end.unit === 0 || (end.unit % width === 0 && (end.base + offset) % width === 0);

/** The accesses that cover `size` bytes, allowed at all ends. */
export function chunks(size: number, ends: readonly End[]): readonly Chunk[] {
  const result: Chunk[] = [];
  const free = ends.every((e) => e.unit === 0);
  let offset = 0;
  while (offset < size) {
    const left = size - offset;
    const overlapping = free ? widths.find((w) => w < 2 * left && w > left && w <= size) : undefined;
    const exact = widths.find((w) => w <= left && ends.every((e) => fits(e, offset, w)))!;
    if (overlapping !== undefined && exact !== left) {
      result.push({ offset: size - overlapping, width: overlapping });
      return result;
    }
    result.push({ offset, width: exact });
    offset += exact;
  }
  return result;
}

function endOf(f: Func, pointers: Pointers, pointer: ValueId, align: number): End {
  const place = pointers.place(pointer);
  if (place.slot !== null) {
    const slot = f.slots.find((s) => s.id === place.slot);
    return { base: place.offset, unit: slot?.align ?? 1 };
  }
  return pointers.maybeStack(pointer) ? { base: 0, unit: align } : { base: 0, unit: 0 };
}

function expandFunc(f: Func): Func {
  if (!f.blocks.some((b) => b.body.some((i) => opRow(i.op).bulk !== undefined))) return f;
  const pointers = pointersOf(f);
  let nextValue = f.nextValue;
  const expand = (i: Instr): Instr | readonly Instr[] => {
    const row = opRow(i.op);
    if (row.bulk === undefined) return i;
    const ends = i.args.map((p) => endOf(f, pointers, p, row.align ?? 1));
    const list = chunks(bytesOf(i), ends);
    const made: Instr[] = [];
    const zero = nextValue;
    if (row.bulk === 'zero' && list.length > 0) {
      nextValue++;
      made.push({ op: 'const', result: zero, type: 'i64', args: [], imm: 0n, pos: i.pos });
    }
    for (const { offset, width } of list) {
      const value = row.bulk === 'zero' ? zero : nextValue++;
      const bits = (width * 8) as 8 | 16 | 32 | 64;
      if (row.bulk === 'copy') {
        const type = width === 8 ? 'i64' : 'i32';
        made.push({ op: `load.u${bits}`, result: value, type, args: [i.args[1]!], imm: offset, pos: i.pos });
      }
      made.push({
        op: `store.${bits}`,
        result: null,
        type: 'i64',
        args: [i.args[0]!, value],
        imm: offset,
        pos: i.pos,
      });
    }
    return made;
  };
  const blocks = mapList(f.blocks, (b) => withBody(b, expandList(b.body, expand)));
  return withBlocks(f, blocks, nextValue);
}
