/**
 * Copies of parts of a program in which something is different.
 *
 *     withArgs(i, args)          copyInstr(i, { op: 'const', args: [], imm: 0n })          withBlocks(f, blocks, nextValue)
 *
 * Invariant: whatever made it, an instruction has its fields in one order, and so a block, a function, a target. The
 * engine reads objects of one layout fast; `{ ...i, args }` gives those of every place in the code a layout of their own.
 */

import type { Block, Func, Instr, IrType, Imm, Target, Terminator, ValueId } from './ir.ts';
import type { OpName } from './ops.ts';
import type { Pos } from '../base/source.ts';

export const instr = (
  op: OpName,
  result: ValueId | null,
  type: IrType,
  args: readonly ValueId[],
  imm: Imm,
  pos: Pos,
): Instr => ({ op, result, type, args, imm, pos });

export const withArgs = (i: Instr, args: readonly ValueId[]): Instr =>
  instr(i.op, i.result, i.type, args, i.imm, i.pos);

export const copyInstr = (i: Instr, change: Partial<Instr>): Instr =>
  instr(
    change.op ?? i.op,
    change.result === undefined ? i.result : change.result,
    change.type ?? i.type,
    change.args ?? i.args,
    change.imm === undefined ? i.imm : change.imm,
    change.pos ?? i.pos,
  );

export const withTargetArgs = ({ block }: Target, args: readonly ValueId[]): Target => ({ block, args });

export const withBody = ({ id, params, end }: Block, body: readonly Instr[]): Block => ({
  id,
  params,
  body,
  end,
});

export const withEnd = ({ id, params, body }: Block, end: Terminator): Block => ({ id, params, body, end });

export const copyBlock = (b: Block, change: Partial<Block>): Block => ({
  id: change.id ?? b.id,
  params: change.params ?? b.params,
  body: change.body ?? b.body,
  end: change.end ?? b.end,
});

export const copyFunc = (f: Func, change: Partial<Func>): Func => ({
  name: change.name ?? f.name,
  blocks: change.blocks ?? f.blocks,
  result: change.result === undefined ? f.result : change.result,
  slots: change.slots ?? f.slots,
  noinline: change.noinline ?? f.noinline,
  program: change.program === undefined ? f.program : change.program,
  pos: change.pos ?? f.pos,
  nextValue: change.nextValue ?? f.nextValue,
  nextBlock: change.nextBlock ?? f.nextBlock,
  nextSlot: change.nextSlot ?? f.nextSlot,
});

export const withBlocks = (f: Func, blocks: readonly Block[], nextValue = f.nextValue): Func =>
  copyFunc(f, { blocks, nextValue });
