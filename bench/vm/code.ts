/**
 * Machine code piece by piece: blocks that fall through, branches forward, fresh labels.
 *
 *     const code = new Code();
 *     const skip = code.label();
 *     code.branch('jeq64_imm', 0, 0n, skip);
 *     code.emit(load('ldx_u64', R(8), R(0), 0, noPos));
 *     code.place(skip);
 */

import { noPos } from '../../src/base/source.ts';
import {
  alu,
  branch,
  callHelper,
  callSymbol,
  inst,
  load,
  loadImm64,
  loadSymbol,
  move,
  store,
} from '../../src/bpf/build.ts';
import { helpers, type HelperName } from '../../src/bpf/helpers.ts';
import type { IsaName } from '../../src/bpf/isa.ts';
import type { MBlock, MFunc, MInst, PReg } from '../../src/bpf/minst.ts';

type Inst = MInst<PReg>;

const R = (n: number): PReg => n as PReg;

export class Code {
  private readonly blocks: { id: number; body: Inst[] }[] = [{ id: 0, body: [] }];
  private labels = 1;

  label(): number {
    return this.labels++;
  }

  /** What follows stands at the label. */
  place(label: number): void {
    this.blocks.push({ id: label, body: [] });
  }

  emit(...list: readonly Inst[]): void {
    this.blocks.at(-1)?.body.push(...list);
  }

  /** `if dst op operand goto label`; the code goes on in a block of its own. */
  branch(op: IsaName, dst: number, operand: number | bigint, label: number): void {
    this.emit(branch(op, R(dst), typeof operand === 'bigint' ? operand : R(operand), label, noPos));
    this.place(this.label());
  }

  alu(op: IsaName, dst: number, operand: number | bigint): void {
    this.emit(alu(op, R(dst), typeof operand === 'bigint' ? operand : R(operand), noPos));
  }

  move(dst: number, value: number | bigint): void {
    this.emit(move(R(dst), typeof value === 'bigint' ? value : R(value), noPos));
  }

  constant(dst: number, value: bigint): void {
    this.emit(loadImm64(R(dst), value, noPos));
  }

  load(bytes: number, dst: number, base: number, off: number): void {
    this.emit(load(`ldx_u${bytes * 8}` as IsaName, R(dst), R(base), off, noPos));
  }

  store(bytes: number, base: number, off: number, value: number | bigint): void {
    const kind = typeof value === 'bigint' ? 'st' : 'stx';
    const operand = typeof value === 'bigint' ? value : R(value);
    this.emit(store(`${kind}_${bytes * 8}` as IsaName, R(base), off, operand, noPos));
  }

  /** dst = fp + off */
  frame(dst: number, off: number): void {
    this.move(dst, 10);
    this.alu('add64_imm', dst, BigInt(off));
  }

  map(dst: number, name: string): void {
    this.emit(loadSymbol(R(dst), { kind: 'map', name, offset: 0 }, noPos));
  }

  funcAddress(dst: number, name: string): void {
    this.emit(loadSymbol(R(dst), { kind: 'func', name, offset: 0 }, noPos));
  }

  /** Arguments are in R1 and on, as many as the helper has. */
  helper(name: HelperName): void {
    const args = helpers[name].args.map((_, i) => R(i + 1));
    this.emit(callHelper(helpers[name].id, args, R(0), noPos));
  }

  call(name: string, args: number): void {
    const registers = Array.from({ length: args }, (_, i) => R(i + 1));
    this.emit(callSymbol('call_func', { kind: 'func', name, offset: 0 }, registers, R(0), noPos));
  }

  raw(op: IsaName, fields: Partial<Inst>): void {
    this.emit(inst(op, fields, noPos));
  }

  exit(): void {
    this.emit(inst('exit', { uses: [R(0)] }, noPos));
  }

  /** Blocks without instructions are given one, so that every jump goes somewhere. */
  func(name: string, params: number, program: string | null): MFunc<PReg> {
    const blocks: MBlock<PReg>[] = this.blocks.map(({ id, body }) => ({ id, body }));
    return {
      name,
      blocks,
      params,
      slots: [],
      frameSize: 512,
      program,
      nextReg: 11,
      nextBlock: this.labels,
      pos: noPos,
    };
  }
}
