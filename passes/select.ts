/**
 * SSA to machine code with virtual registers.
 *
 *     b0:                                       b0:
 *       v1: i64 = helper @get_current_pid_tgid()  v11 = call get_current_pid_tgid#14()
 *       v2: i64 = const 32
 *       v3: i64 = lshr v1, v2                     v11' = v11; v11' >>= 32
 *       v4: i32 = trunc v3                        exit v11'
 *       return v4
 *
 * Blocks are walked backwards and code is made only for what later code asks for (select/state.ts). Edges with
 * arguments that leave a branch get a block of their own, so that the parallel copy of the arguments runs on that
 * edge alone. Invariant: every block ends in a jump, a conditional jump and a jump, or exit.
 */

import { must, unreachable } from '../src/base/assert.ts';
import { postorder } from '../src/base/graph.ts';
import { spanAt } from '../src/base/source.ts';
import { callHelper, callSymbol, exit, jump, parallelCopy } from '../src/bpf/build.ts';
import { loadConstant } from '../src/bpf/constants.ts';
import { type HelperRow, helpers } from '../src/bpf/helpers.ts';
import { firstVirtual, type MFunc, type VReg } from '../src/bpf/minst.ts';
import { rowOf } from '../src/bpf/operands.ts';
import { programRow } from '../src/bpf/programs.ts';
import type { Block, Func, Instr, IrType, Module, Target, Terminator, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { cfgOf, definitionsOf, useCounts } from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';
import { isBinary, selectBinary, selectPointer, selectUnary } from './select/arith.ts';
import { selectBranch, selectCompare } from './select/compare.ts';
import { contextPointers, storesConstantsToContext } from './select/context-pointers.ts';
import { selectAtomic, selectLoad, selectStore } from './select/memory.ts';
import {
  constantOf,
  emit,
  emitAddress,
  finishBlock,
  flush,
  fresh,
  freshBlock,
  type Isa,
  isAddress,
  isWanted,
  reg,
  register,
  root,
  type State,
  symbolImm,
  typeOf,
  zeroExtended,
} from './select/state.ts';
import { zeroUpperHalves } from './select/upper.ts';

export const select: Pass<'ssa', 'mir'> = {
  name: 'select',
  doc: 'Turns SSA ops into machine instructions over virtual registers.',
  from: 'ssa',
  to: 'mir',
  run: (module, context) => ({
    module,
    funcs: module.funcs.map((func) => selectFunc(func, module, context)),
  }),
};

function start(func: Func, module: Module, context: PassContext): State {
  const { cpu, endian } = context.target;
  const isa: Isa = {
    alu32: cpu === 'v3' || cpu === 'v4',
    less: cpu !== 'v1',
    v4: cpu === 'v4',
    little: endian === 'little',
  };
  const definitions = definitionsOf(func);
  const types: (IrType | undefined)[] = [];
  const widened = new Uint8Array(func.nextValue);
  const accessCounts = new Int32Array(func.nextValue);
  for (const block of func.blocks) {
    for (const p of block.params) types[p.id] = p.type;
    for (const i of block.body) {
      if (i.result !== null) types[i.result] = i.type;
      if (i.op === 'zext') widened[i.args[0]!] = 1;
      const base = opRow(i.op).imm === 'offset' && i.op !== 'ptroff' ? i.args[0] : undefined;
      if (base !== undefined) accessCounts[base]!++;
    }
  }
  return {
    func,
    module,
    context,
    isa,
    definitions,
    types,
    paramsOf: new Map(func.blocks.map((block) => [block.id, block.params])),
    useCounts: useCounts(func),
    accessCounts,
    zeroUpper: zeroUpperHalves(func, definitions, isa),
    widened,
    sharedConstants: context.target.opt === 's' ? constantsInRegisters(func) : new Uint8Array(func.nextValue),
    contexts: storesConstantsToContext(context.target) ? null : contextPointers(func),
    registers: new Map(),
    blocks: [],
    reversed: [],
    chunk: [],
    pos: func.pos,
    nextReg: firstVirtual,
    nextBlock: func.nextBlock,
  };
}

/** Values that two or more instructions take that hold no such immediate: atomic ones none, arithmetic none so wide. */
function constantsInRegisters(func: Func): Uint8Array {
  const definitions = definitionsOf(func);
  const counts = new Uint8Array(func.nextValue);
  const isWide = (v: ValueId): boolean => {
    const imm = definitions[v]?.op === 'const' ? definitions[v].imm : null;
    return typeof imm === 'bigint' && loadConstant<VReg>(firstVirtual, imm, true, func.pos).op === 'ld_imm64';
  };
  for (const { body } of func.blocks) {
    for (const i of body) {
      const bare = i.op.startsWith('atomic.add') && i.result === null ? i.args.slice(1) : [];
      const taken = isBinary(i.op) ? i.args.filter(isWide) : bare;
      for (const v of taken) counts[v] = Math.min(2, counts[v]! + 1);
    }
  }
  return counts.map((n) => (n > 1 ? 1 : 0));
}

function selectFunc(func: Func, module: Module, context: PassContext): MFunc<VReg> {
  const s = start(func, module, context);
  for (const at of postorder(cfgOf(func))) selectBlock(s, func.blocks[at]!);
  refuseNewer(s);
  const entry = must(func.blocks[0], 'an entry block');
  return {
    name: func.name,
    blocks: s.blocks.reverse(),
    params: entry.params.length,
    slots: func.slots.map(({ id, size, align, name }) => ({ id, size, align, name })),
    frameSize: null,
    program: func.program,
    nextReg: s.nextReg,
    nextBlock: s.nextBlock,
    pos: func.pos,
  };
}

/** Fetching atomics are the only instructions made whatever the target's level: they have no other form. */
function refuseNewer(s: State): void {
  const { target, files, diagnostics } = s.context;
  for (const { body } of s.blocks) {
    for (const i of body) {
      const row = rowOf(i);
      if (row?.kind !== 'atomic' || row.level <= target.cpu) continue;
      diagnostics.report('needs-cpu', spanAt(files, i.pos), { needs: row.level, cpu: target.cpu });
    }
  }
}

function selectBlock(s: State, block: Block): void {
  s.pos = block.end.pos;
  selectEnd(s, block.end);
  flush(s);
  for (let k = block.body.length - 1; k >= 0; k--) {
    const i = block.body[k]!;
    s.pos = i.pos;
    selectInstr(s, i);
    flush(s);
  }
  if (block.id === s.func.blocks[0]?.id) {
    s.pos = s.func.pos;
    selectParams(s, block);
  }
  finishBlock(s, block.id);
}

/** The arguments of the function, out of R1–R5. */
function selectParams(s: State, entry: Block): void {
  const used = entry.params.flatMap((p, i) =>
    isWanted(s, p.id) ? [[register(s, p.id), (i + 1) as VReg] as const] : [],
  );
  if (used.length === 0) return;
  emit(
    s,
    parallelCopy(
      used.map(([dst]) => dst),
      used.map(([, src]) => src),
      s.pos,
    ),
  );
}

function selectInstr(s: State, i: Instr): void {
  const row = opRow(i.op);
  const wanted = i.result !== null && s.registers.has(i.result);
  if (row.effect === 'call') selectCall(s, i, wanted);
  else if (i.op.startsWith('atomic.')) selectAtomic(s, i, wanted);
  else if (row.effect === 'write') selectWrite(s, i);
  else if (wanted && i.result !== null) selectValue(s, i, register(s, i.result));
}

function selectWrite(s: State, i: Instr): void {
  if (!i.op.startsWith('store.')) unreachable(`${i.op} is expanded before selection`);
  selectStore(s, i);
}

function selectValue(s: State, i: Instr, dst: VReg): void {
  if (i.op === 'const')
    emit(s, loadConstant(dst, must(constantOf(s, i.result!), 'a constant'), s.isa.alu32, s.pos));
  else if (isBinary(i.op)) selectBinary(s, i, dst);
  else if (i.op.startsWith('icmp.')) selectCompare(s, i, dst);
  else if (i.op.startsWith('load.')) selectLoad(s, i, dst);
  else if (i.op === 'ptradd' || i.op === 'ptroff' || i.op === 'ptrdiff') selectPointer(s, i, dst);
  else if (isAddress(i)) emitAddress(s, i, dst);
  else selectUnary(s, i, dst);
}

/** Arguments of calls are 64 bits wide: 32-bit ones are zero-extended. */
function argument(s: State, v: ValueId): VReg | bigint {
  const constant = constantOf(s, root(s, v));
  if (constant !== null) return typeOf(s, v) === 'i32' ? BigInt.asUintN(32, constant) : constant;
  return typeOf(s, v) === 'i32' ? zeroExtended(s, v) : reg(s, v);
}

function selectCall(s: State, i: Instr, wanted: boolean): void {
  const { name, offset } = symbolImm(i);
  const result = wanted && i.result !== null ? register(s, i.result) : null;
  const args = i.args.map((v) => argument(s, v));
  if (i.op === 'helper') {
    const row: HelperRow = must((helpers as Readonly<Record<string, HelperRow>>)[name], `the helper ${name}`);
    emit(s, callHelper<VReg>(row.id, args, result, s.pos));
    return;
  }
  const kfunc = i.op === 'kfunc';
  const sym = { kind: kfunc ? 'kfunc' : 'func', name, offset } as const;
  emit(s, callSymbol<VReg>(kfunc ? 'call_kfunc' : 'call_func', sym, args, result, s.pos));
}

/** The parallel copy of a target's arguments, if it has any that are read. */
function emitArguments(s: State, target: Target): void {
  const params = must(s.paramsOf.get(target.block), 'a target block');
  const defs: VReg[] = [];
  const uses: (VReg | bigint)[] = [];
  params.forEach((param, i) => {
    const arg = target.args[i]!;
    if (s.useCounts[param.id] === 0 || root(s, arg) === param.id) return;
    defs.push(register(s, param.id));
    uses.push(constantOf(s, root(s, arg)) ?? reg(s, arg));
  });
  if (defs.length > 0) emit(s, parallelCopy(defs, uses, s.pos));
}

/** The block that a branch jumps to for a target: the target, or a block that passes its arguments first. */
function edgeBlock(s: State, target: Target): number {
  if (target.args.length === 0) return target.block;
  const id = freshBlock(s);
  emitArguments(s, target);
  emit(s, jump<VReg>(target.block, s.pos));
  finishBlock(s, id);
  return id;
}

function selectEnd(s: State, end: Terminator): void {
  switch (end.kind) {
    case 'jump':
      emitArguments(s, end.target);
      emit(s, jump<VReg>(end.target.block, s.pos));
      return;
    case 'branch': {
      const other = edgeBlock(s, end.else);
      const then = edgeBlock(s, end.then);
      if (then === other) emit(s, jump<VReg>(then, s.pos));
      else selectBranch(s, end.cond, then, other);
      return;
    }
    case 'return':
      selectReturn(s, end.value);
      return;
    case 'unreachable':
      // The verifier walks it all the same: it must end somewhere.
      exitWith(s, 0n);
      return;
    case 'abort':
      unreachable('lower-aborts runs before selection');
      break;
    default:
      unreachable('kinds of terminators', end);
  }
}

function exitWith(s: State, value: bigint): void {
  const t = fresh(s);
  emit(s, loadConstant<VReg>(t, value, s.isa.alu32, s.pos), exit<VReg>(t, s.pos));
}

function selectReturn(s: State, value: ValueId | null): void {
  if (value === null) {
    exitWith(s, 0n);
    return;
  }
  const at = root(s, value);
  const constant = constantOf(s, at);
  const wide = typeOf(s, value) !== 'i32';
  if (constant !== null) {
    const program = s.func.program !== null;
    exitWith(s, wide || program ? constant : BigInt.asUintN(32, constant));
  } else emit(s, exit<VReg>(wide || isFreeResult(s) ? reg(s, value) : zeroExtended(s, value), s.pos));
}

/** Of a program whose results the verifier does not judge the kernel reads the lower half only. */
function isFreeResult(s: State): boolean {
  const program = s.module.programs.find((p) => p.name === s.func.program);
  const row = program === undefined ? null : programRow(program.section);
  return row !== null && row.row.results === null && resultHalves.has(row.row.type);
}

/** Types whose result the kernel takes as 32 bits. */
const resultHalves: ReadonlySet<string> = new Set([
  'xdp',
  'sched_cls',
  'socket_filter',
  'kprobe',
  'perf_event',
]);
