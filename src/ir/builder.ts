/**
 * Builds one function of the SSA form, block by block.
 *
 *     const b = new FuncBuilder({ name: 'main', params: ['ptr'], result: 'i32', program: 'main', pos });
 *     const slot = b.newSlot(4, 4, 'key');
 *     b.store(32, b.slotAddr(slot), 0, b.constant('i32', 5n));
 *     const done = b.newBlock(['i32']);
 *     b.jump(done, [b.constant('i32', 0n)]);
 *     b.switchTo(done);
 *     b.ret(b.param(done, 0));
 *     const func = b.finish();
 *
 * `b.pos` is the position that emitted instructions get. After a terminator there is no current block; what is
 * emitted then goes to a block without predecessors, which `dce` removes. Blocks stand in the order in which they
 * were first switched to. Invariant: constants are canonical (signed, within their width).
 */

import { assert, must } from '../base/assert.ts';
import { noPos, type Pos } from '../base/source.ts';
import {
  type Block,
  type BlockId,
  type Func,
  type Imm,
  type Instr,
  type IrType,
  type Param,
  type Slot,
  type SlotId,
  type Target,
  type Terminator,
  type ValueId,
  widthOf,
} from './ir.ts';
import type { OpName } from './ops.ts';

export interface FuncOptions {
  readonly name: string;
  readonly params: readonly IrType[];
  readonly result: IrType | null;
  readonly noinline?: boolean;
  /** Entry points: name of the row in Module.programs. */
  readonly program?: string | null;
  readonly pos?: Pos;
}

/** Two-operand ops whose operands and result have one type. */
export type ArithOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'udiv'
  | 'sdiv'
  | 'urem'
  | 'srem'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'lshr'
  | 'ashr';

export type CompareOp = Extract<OpName, `icmp.${string}`>;

/** Widths of memory accesses in bits. */
export type AccessBits = 8 | 16 | 32 | 64;

interface OpenBlock {
  readonly id: BlockId;
  readonly params: Param[];
  readonly body: Instr[];
  end: Terminator | null;
  placed: boolean;
}

export class FuncBuilder {
  /** Position of what is emitted from now on. */
  pos: Pos;
  readonly #options: FuncOptions;
  readonly #blocks = new Map<BlockId, OpenBlock>();
  readonly #order: OpenBlock[] = [];
  readonly #slots: Slot[] = [];
  readonly #types: IrType[] = [];
  readonly #definitions: (Instr | undefined)[] = [];
  #current: OpenBlock | null = null;
  #nextBlock = 0;

  constructor(options: FuncOptions) {
    this.#options = options;
    this.pos = options.pos ?? noPos;
    this.switchTo(this.newBlock(options.params));
  }

  get name(): string {
    return this.#options.name;
  }

  /** The function's parameters. */
  get params(): readonly ValueId[] {
    return this.#order[0]!.params.map((p) => p.id);
  }

  /** The block under construction; null after a terminator. */
  get current(): BlockId | null {
    return this.#current?.id ?? null;
  }

  typeOf(value: ValueId): IrType {
    return must(this.#types[value], `v${value} is not defined`);
  }

  /** What made the value; null: a parameter. */
  definition(value: ValueId): Instr | null {
    return this.#definitions[value] ?? null;
  }

  newBlock(params: readonly IrType[] = []): BlockId {
    const id = this.#nextBlock++;
    const made = params.map((type) => ({ id: this.#newValue(type), type }));
    this.#blocks.set(id, { id, params: made, body: [], end: null, placed: false });
    return id;
  }

  addParam(block: BlockId, type: IrType): ValueId {
    const id = this.#newValue(type);
    this.#block(block).params.push({ id, type });
    return id;
  }

  param(block: BlockId, index: number): ValueId {
    return must(this.#block(block).params[index], `b${block} has no parameter ${index}`).id;
  }

  /** Goes on at the end of `block`, which has no terminator yet. */
  switchTo(block: BlockId): void {
    const open = this.#block(block);
    assert(open.end === null, `b${block} has a terminator`);
    if (!open.placed) this.#order.push(open);
    open.placed = true;
    this.#current = open;
  }

  newSlot(size: number, align: number, name = '', pos: Pos = this.pos): SlotId {
    const id = this.#slots.length;
    this.#slots.push({ id, size, align, name, pos });
    return id;
  }

  /** The slot turns out to be a variable's. */
  nameSlot(slot: SlotId, name: string, pos: Pos): void {
    this.#slots[slot] = { ...must(this.#slots[slot], `s${slot} does not exist`), name, pos };
  }

  /** Any op with a result. */
  emit(op: OpName, type: IrType, args: readonly ValueId[], imm: Imm = null): ValueId {
    const result = this.#newValue(type);
    const instr: Instr = { op, result, type, args, imm, pos: this.pos };
    this.#definitions[result] = instr;
    this.#open().body.push(instr);
    return result;
  }

  /** Any op without a result, or whose result nobody needs. */
  emitVoid(op: OpName, args: readonly ValueId[], imm: Imm = null): void {
    this.#open().body.push({ op, result: null, type: 'i64', args, imm, pos: this.pos });
  }

  constant(type: IrType, value: bigint): ValueId {
    return this.emit('const', type, [], BigInt.asIntN(widthOf(type), value));
  }

  arith(op: ArithOp, x: ValueId, y: ValueId): ValueId {
    return this.emit(op, this.typeOf(x), [x, y]);
  }

  compare(op: CompareOp, x: ValueId, y: ValueId): ValueId {
    return this.emit(op, 'i32', [x, y]);
  }

  slotAddr(slot: SlotId, offset = 0): ValueId {
    return this.emit('slotaddr', 'ptr', [], { kind: 'slot', slot, offset });
  }

  symbol(
    op: 'mapaddr' | 'mapvalue' | 'globaladdr' | 'stringaddr' | 'funcaddr',
    name: string,
    offset = 0,
  ): ValueId {
    return this.emit(op, 'ptr', [], { kind: 'symbol', name, offset });
  }

  /** Pointer plus constant; the pointer itself for 0. */
  offset(pointer: ValueId, bytes: number): ValueId {
    return bytes === 0 ? pointer : this.emit('ptroff', 'ptr', [pointer], bytes);
  }

  /** Zero- or sign-extended to `type`. */
  load(type: IrType, bits: AccessBits, pointer: ValueId, offset: number, signed = false): ValueId {
    const op = bits === 64 ? 'load.u64' : signed ? (`load.s${bits}` as const) : (`load.u${bits}` as const);
    return this.emit(op, type, [pointer], offset);
  }

  store(bits: AccessBits, pointer: ValueId, offset: number, value: ValueId): void {
    this.emitVoid(`store.${bits}`, [pointer, value], offset);
  }

  /** `align`: of the Go type, in bytes; wider accesses of the stack would be rejected. */
  zero(pointer: ValueId, size: number, align: 1 | 2 | 4 | 8 = 1): void {
    if (size > 0) this.emitVoid(align === 1 ? 'zero' : `zero.${align}`, [pointer], size);
  }

  copy(to: ValueId, from: ValueId, size: number, align: 1 | 2 | 4 | 8 = 1): void {
    if (size > 0) this.emitVoid(align === 1 ? 'copy' : `copy.${align}`, [to, from], size);
  }

  /** `type` null: the result is not named. Names of helpers without `bpf_`. */
  invoke(
    op: 'helper' | 'call' | 'kfunc',
    name: string,
    args: readonly ValueId[],
    type: IrType | null,
  ): ValueId | null {
    const imm: Imm = { kind: 'symbol', name, offset: 0 };
    if (type !== null) return this.emit(op, type, args, imm);
    this.emitVoid(op, args, imm);
    return null;
  }

  jump(block: BlockId, args: readonly ValueId[] = []): void {
    this.#end({ kind: 'jump', target: { block, args }, pos: this.pos });
  }

  branch(
    cond: ValueId,
    then: BlockId,
    otherwise: BlockId,
    thenArgs: readonly ValueId[] = [],
    elseArgs: readonly ValueId[] = [],
  ): void {
    const target = (block: BlockId, args: readonly ValueId[]): Target => ({ block, args });
    this.#end({
      kind: 'branch',
      cond,
      then: target(then, thenArgs),
      else: target(otherwise, elseArgs),
      pos: this.pos,
    });
  }

  ret(value: ValueId | null = null): void {
    this.#end({ kind: 'return', value, pos: this.pos });
  }

  abort(): void {
    this.#end({ kind: 'abort', pos: this.pos });
  }

  unreachable(): void {
    this.#end({ kind: 'unreachable', pos: this.pos });
  }

  /** The function; every block switched to must have its terminator, every target must have been switched to. */
  finish(): Func {
    const blocks: Block[] = this.#order.map((b) => ({
      id: b.id,
      params: b.params,
      body: b.body,
      end: must(b.end, `b${b.id} of ${this.#options.name} has no terminator`),
    }));
    return {
      name: this.#options.name,
      blocks,
      result: this.#options.result,
      slots: this.#slots,
      noinline: this.#options.noinline ?? false,
      program: this.#options.program ?? null,
      pos: this.#options.pos ?? noPos,
      nextValue: this.#types.length,
      nextBlock: this.#nextBlock,
      nextSlot: this.#slots.length,
    };
  }

  #newValue(type: IrType): ValueId {
    return this.#types.push(type) - 1;
  }

  #block(id: BlockId): OpenBlock {
    return must(this.#blocks.get(id), `b${id} does not exist`);
  }

  #open(): OpenBlock {
    if (this.#current === null) this.switchTo(this.newBlock());
    return this.#current!;
  }

  #end(end: Terminator): void {
    const block = this.#open();
    block.end = end;
    this.#current = null;
  }
}
