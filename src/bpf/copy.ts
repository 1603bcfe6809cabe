/**
 * Copies of machine code in which something is different.
 *
 *     copyInst(i, { target: home })          withCode(block, body)          copyMFunc(func, { blocks })
 *
 * Invariant: whatever made it, an instruction has its fields in one order (that of `inst` in build.ts), and so a block and
 * a function: the engine reads objects of one layout fast.
 */

import type { MBlock, MFunc, MInst } from './minst.ts';

export const copyInst = <R>(i: MInst<R>, change: Partial<MInst<R>>): MInst<R> => ({
  op: change.op ?? i.op,
  dst: change.dst === undefined ? i.dst : change.dst,
  src: change.src === undefined ? i.src : change.src,
  off: change.off ?? i.off,
  imm: change.imm ?? i.imm,
  frame: change.frame === undefined ? i.frame : change.frame,
  sym: change.sym === undefined ? i.sym : change.sym,
  target: change.target === undefined ? i.target : change.target,
  uses: change.uses ?? i.uses,
  defs: change.defs ?? i.defs,
  pos: change.pos ?? i.pos,
});

export const withCode = <R>({ id }: Pick<MBlock<R>, 'id'>, body: readonly MInst<R>[]): MBlock<R> => ({
  id,
  body,
});

/** The instruction over other registers, physical ones in the place of virtual ones. */
export const withOperands = <R>(
  i: Omit<MInst<never>, Operands>,
  { dst, src, uses, defs }: Pick<MInst<R>, Operands>,
): MInst<R> => ({
  op: i.op,
  dst,
  src,
  off: i.off,
  imm: i.imm,
  frame: i.frame,
  sym: i.sym,
  target: i.target,
  uses,
  defs,
  pos: i.pos,
});

type Operands = 'dst' | 'src' | 'uses' | 'defs';

/** The function with other code, which may be of another phase. */
export const withMBlocks = <R>(
  f: Omit<MFunc<never>, 'blocks'>,
  blocks: readonly MBlock<R>[],
  slots: MFunc<R>['slots'] = f.slots,
): MFunc<R> => ({
  name: f.name,
  blocks,
  params: f.params,
  slots,
  frameSize: f.frameSize,
  program: f.program,
  nextReg: f.nextReg,
  nextBlock: f.nextBlock,
  pos: f.pos,
});

export const copyMFunc = <R>(f: MFunc<R>, change: Partial<MFunc<R>>): MFunc<R> => ({
  name: change.name ?? f.name,
  blocks: change.blocks ?? f.blocks,
  params: change.params ?? f.params,
  slots: change.slots ?? f.slots,
  frameSize: change.frameSize === undefined ? f.frameSize : change.frameSize,
  program: change.program === undefined ? f.program : change.program,
  nextReg: change.nextReg ?? f.nextReg,
  nextBlock: change.nextBlock ?? f.nextBlock,
  pos: change.pos ?? f.pos,
});
