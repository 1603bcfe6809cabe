/**
 * Gives aborts their machine form: a function that aborts takes a hidden last parameter, the address of an `aborted`
 * byte in a caller's frame; it sets the byte and returns zero. An entry point returns its program's abort value.
 *
 *     func @f(v0: i32) -> i32 {           func @f(v0: i32, v1: ptr) -> i32 {
 *     b0:                                 b0:
 *       abort                      ⇒        v2: i32 = const 1
 *     }                                     store.8 v1 + 0, v2
 *                                           v3: i32 = const 0
 *                                           return v3
 *
 *     v5: i32 = call @f(v4)               v9: ptr = slotaddr s0          (zeroed in the entry block)
 *     v6: i32 = aborted            ⇒      v5: i32 = call @f(v4, v9)
 *                                         v6: i32 = load.u8 v9 + 0
 *
 * Invariants: the byte is 0 before every call that may set it, so that `aborted` means this call; afterwards there is
 * no `abort` and no `aborted`. Callbacks (funcaddr) never abort: lowering passes their state through the context.
 */

import { copyBlock, copyFunc, copyInstr, withArgs } from '../src/ir/copy.ts';
import { assert, must } from '../src/base/assert.ts';
import type { Block, Func, Instr, Module, SlotId, Target, Terminator, ValueId } from '../src/ir/ir.ts';
import { blockIndex, mapFuncs, targetsOf, symbolOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const lowerAborts: Pass<'ssa', 'ssa'> = {
  name: 'lower-aborts',
  doc: 'turn aborts into a flag in the program’s frame and ordinary returns',
  from: 'ssa',
  to: 'ssa',
  run: (module) => {
    const flagged = new Set(module.funcs.filter((f) => f.program === null && aborts(f)).map((f) => f.name));
    checkCallbacks(module, flagged);
    return mapFuncs(module, (f) => lowerFunc(f, module, flagged));
  },
};

const aborts = (f: Func): boolean => f.blocks.some((b) => b.end.kind === 'abort');

function checkCallbacks(module: Module, flagged: ReadonlySet<string>): void {
  for (const f of module.funcs) {
    for (const b of f.blocks) {
      for (const i of b.body) {
        assert(i.op !== 'funcaddr' || !flagged.has(symbolOf(i) ?? ''), `the callback ${symbolOf(i)} aborts`);
      }
    }
  }
}

function lowerFunc(f: Func, module: Module, flagged: ReadonlySet<string>): Func {
  const mayAbort = (i: Instr): boolean => i.op === 'call' && flagged.has(symbolOf(i) ?? '');
  const calls = f.blocks.some((b) => b.body.some(mayAbort));
  const special = calls || aborts(f) || f.blocks.some((b) => b.body.some((i) => i.op === 'aborted'));
  if (!special) return f;

  let nextValue = f.nextValue;
  const fresh = (): ValueId => nextValue++;
  const inherits = flagged.has(f.name);
  const owns = calls && !inherits;
  const slot: SlotId = f.nextSlot;
  const flag = inherits || owns ? fresh() : -1;
  const abortValue = must(
    f.program === null ? { abortValue: 0n } : module.programs.find((p) => p.name === f.program),
    `${f.name} has a program`,
  ).abortValue;
  const dirty = dirtyBlocks(f, mayAbort);

  const store = (value: bigint, at: Instr['pos']): Instr[] => {
    const constant = fresh();
    return [
      { op: 'const', result: constant, type: 'i32', args: [], imm: value, pos: at },
      { op: 'store.8', result: null, type: 'i64', args: [flag, constant], imm: 0, pos: at },
    ];
  };
  const lowerBlock = (b: Block, index: number): Block => {
    const body: Instr[] = [];
    if (index === 0 && owns) {
      body.push({
        op: 'slotaddr',
        result: flag,
        type: 'ptr',
        args: [],
        imm: { kind: 'slot', slot, offset: 0 },
        pos: f.pos,
      });
      body.push(...store(0n, f.pos));
    }
    let unknown = dirty[index] === 1;
    let flaggedCall = false;
    for (const i of b.body) {
      if (i.op === 'aborted') {
        body.push(
          flaggedCall
            ? copyInstr(i, { op: 'load.u8', args: [flag], imm: 0 })
            : copyInstr(i, { op: 'const', imm: 0n }),
        );
      } else if (mayAbort(i)) {
        if (unknown) body.push(...store(0n, i.pos));
        body.push(withArgs(i, [...i.args, flag]));
        unknown = true;
      } else body.push(i);
      if (i.op === 'call') flaggedCall = mayAbort(i);
    }
    const end = lowerEnd(f, b.end, body, fresh, {
      aborting: inherits ? (pos) => store(1n, pos) : null,
      clearing: inherits && unknown ? (pos) => store(0n, pos) : null,
      abortValue,
    });
    const params = index === 0 && inherits ? [...b.params, { id: flag, type: 'ptr' as const }] : b.params;
    return copyBlock(b, { params, body, end });
  };
  const blocks = f.blocks.map(lowerBlock);
  assert(!inherits || blocks[0]!.params.length <= 5, `${f.name} aborts and has five parameters`);
  const slots = owns ? [...f.slots, { id: slot, size: 1, align: 1, name: '', pos: f.pos }] : f.slots;
  return copyFunc(f, { blocks, slots, nextValue, nextSlot: owns ? slot + 1 : f.nextSlot });
}

interface EndContext {
  /** Sets the flag, in functions that have one from their caller. */
  readonly aborting: ((pos: Instr['pos']) => Instr[]) | null;
  /** Clears a flag that a handled abort may have left set. */
  readonly clearing: ((pos: Instr['pos']) => Instr[]) | null;
  readonly abortValue: bigint;
}

function lowerEnd(
  f: Func,
  end: Terminator,
  body: Instr[],
  fresh: () => ValueId,
  context: EndContext,
): Terminator {
  if (end.kind === 'return' && context.clearing !== null) body.push(...context.clearing(end.pos));
  if (end.kind !== 'abort') return end;
  if (context.aborting !== null) body.push(...context.aborting(end.pos));
  if (f.result === null) return { kind: 'return', value: null, pos: end.pos };
  const value = fresh();
  const imm = BigInt.asIntN(f.result === 'i32' ? 32 : 64, context.abortValue);
  body.push({ op: 'const', result: value, type: f.result, args: [], imm, pos: end.pos });
  return { kind: 'return', value, pos: end.pos };
}

/**
 * Blocks at whose start the flag may be set, by index. A call that may abort sets it; the edge on which `aborted`
 * was tested and false has it clear again.
 */
function dirtyBlocks(f: Func, mayAbort: (i: Instr) => boolean): Uint8Array {
  const index = blockIndex(f);
  const dirty = new Uint8Array(f.blocks.length);
  const work = f.blocks.map((_, i) => i);
  const visit = (t: Target, state: boolean): void => {
    const at = index.get(t.block)!;
    if (!state || dirty[at] === 1) return;
    dirty[at] = 1;
    work.push(at);
  };
  while (work.length > 0) {
    const at = work.pop()!;
    const b = f.blocks[at]!;
    const calls = b.body.filter(mayAbort);
    const out = dirty[at] === 1 || calls.length > 0;
    const tested = calls.length > 0 ? b.body[b.body.indexOf(calls[calls.length - 1]!) + 1] : undefined;
    const clears = b.end.kind === 'branch' && tested?.op === 'aborted' && tested.result === b.end.cond;
    if (b.end.kind === 'branch' && clears) visit(b.end.then, true);
    else for (const t of targetsOf(b.end)) visit(t, out);
  }
  return dirty;
}
