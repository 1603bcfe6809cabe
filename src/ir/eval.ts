/**
 * The SSA evaluator: runs a function of a module on bigints and regions of bytes. It is the meaning of the SSA form
 * against which passes, the machine code and the kernel are compared.
 *
 *     const machine = createMachine(module, { helpers: testHelpers(log) });
 *     evaluate(machine, 'main', [context])     // { kind: 'return', value: 2n }
 *
 * Integers are unsigned bigints of their type's width; pointers are tagged addresses (src/model/memory.ts). Helpers and
 * kernel functions are a table of host functions. Traps (bad accesses, uninitialised reads, unknown helpers) and the
 * step budget end the run as values with the position; nothing is thrown.
 */

import { unreachable } from '../base/assert.ts';
import { bigintAlgebra } from '../base/bigint-algebra.ts';
import type { Pos } from '../base/source.ts';
import { type Host, type HostFunction, settle } from '../model/host.ts';
import { createMap } from '../model/maps/create.ts';
import type { ModelMap } from '../model/maps/map.ts';
import { Memory, Trap } from '../model/memory.ts';
import { type Block, type Func, type Instr, type IrType, type Module, type Target, widthOf } from './ir.ts';
import { opRow } from './ops.ts';
import { symbolOf } from './walk.ts';

export interface MachineOptions {
  readonly helpers?: Readonly<Record<string, HostFunction>>;
  readonly kfuncs?: Readonly<Record<string, HostFunction>>;
  readonly endian?: 'little' | 'big';
  /** Instructions until the run is given up. */
  readonly steps?: number;
}

export interface Machine {
  readonly module: Module;
  readonly memory: Memory;
  readonly maps: ReadonlyMap<string, ModelMap>;
  /** Address of each package variable. */
  readonly globals: ReadonlyMap<string, bigint>;
  readonly options: MachineOptions;
  readonly funcs: ReadonlyMap<string, Func>;
  readonly funcAddresses: ReadonlyMap<string, bigint>;
  readonly strings: ReadonlyMap<string, bigint>;
}

export type Outcome =
  /** `value` null: the function has no result. An entry that aborts returns its program's abort value. */
  | { readonly kind: 'return'; readonly value: bigint | null; readonly aborted: boolean }
  | { readonly kind: 'abort' }
  | { readonly kind: 'trap'; readonly message: string; readonly pos: Pos | null };

/** Memory, maps and package variables in their initial state. */
export function createMachine(module: Module, options: MachineOptions = {}): Machine {
  const memory = new Memory(options.endian);
  const globals = module.globals.map((g) => {
    const bytes = new Uint8Array(g.size);
    bytes.set(g.init);
    return [g.name, memory.allocate(g.name, bytes, { readOnly: g.section === '.rodata' })] as const;
  });
  const strings = Array.from(module.strings, ([name, text]) => {
    const bytes = Uint8Array.from(`${text}\0`, (c) => c.charCodeAt(0));
    return [name, memory.allocate(`string ${name}`, bytes, { readOnly: true })] as const;
  });
  return {
    module,
    memory,
    options,
    maps: new Map(module.maps.map((m) => [m.name, createMap(m, memory)])),
    globals: new Map(globals),
    strings: new Map(strings),
    funcs: new Map(module.funcs.map((f) => [f.name, f])),
    funcAddresses: new Map(module.funcs.map((f) => [f.name, memory.allocate(`func ${f.name}`, 0)])),
  };
}

interface Run extends Host {
  readonly machine: Machine;
  steps: number;
  depth: number;
  /** Where the run is, for traps. */
  pos: Pos | null;
}

/** A call's end: null result for functions without one; undefined when it aborted. */
type End = bigint | null | undefined;

/** Runs `name`; memory and maps keep what it did. */
export function evaluate(machine: Machine, name: string, args: readonly bigint[]): Outcome {
  const run: Run = {
    machine,
    memory: machine.memory,
    steps: machine.options.steps ?? 1_000_000,
    depth: 0,
    pos: null,
    map: (handle) => {
      for (const map of machine.maps.values()) if (map.handle === handle) return map;
      throw new Trap('a pointer that is no map is used as one');
    },
    callback: (address, list) => {
      for (const [func, at] of machine.funcAddresses) {
        if (at !== address) continue;
        const end = call(run, func, list);
        return end === undefined ? null : (end ?? 0n);
      }
      throw new Trap('a pointer that is no function is called');
    },
  };
  try {
    const end = call(run, name, args);
    if (end !== undefined) return { kind: 'return', value: end, aborted: false };
    const program = machine.module.programs.find((p) => p.name === machine.funcs.get(name)?.program);
    if (program === undefined) return { kind: 'abort' };
    const result = machine.funcs.get(name)?.result ?? null;
    const value = result === null ? null : BigInt.asUintN(widthOf(result), program.abortValue);
    return { kind: 'return', value, aborted: true };
  } catch (error) {
    if (error instanceof Trap) return { kind: 'trap', message: error.message, pos: run.pos };
    throw error;
  }
}

interface Frame {
  readonly run: Run;
  readonly func: Func;
  readonly values: bigint[];
  readonly types: IrType[];
  readonly slots: ReadonlyMap<number, bigint>;
  /** Did the last call abort? */
  aborted: boolean;
}

function call(run: Run, name: string, args: readonly bigint[]): End {
  const func = run.machine.funcs.get(name);
  if (func === undefined) throw new Trap(`there is no function ${name}`);
  if (++run.depth > 64) throw new Trap('calls are nested too deeply');
  const slots = new Map(
    func.slots.map((s) => [s.id, run.memory.allocate(s.name || `s${s.id}`, s.size, { uninitialised: true })]),
  );
  const frame: Frame = { run, func, values: [], types: [], slots, aborted: false };
  const blocks = new Map(func.blocks.map((b) => [b.id, b]));
  let block: Block = func.blocks[0] ?? unreachable(`${name} has an entry`);
  bind(frame, block, args);
  for (;;) {
    for (const i of block.body) execute(frame, i);
    step(frame, block.end.pos);
    const { end } = block;
    if (end.kind === 'jump' || end.kind === 'branch') {
      const target: Target =
        end.kind === 'jump' ? end.target : frame.values[end.cond] !== 0n ? end.then : end.else;
      const values = target.args.map((v) => frame.values[v]!);
      block = blocks.get(target.block) ?? unreachable(`b${target.block} is there`);
      bind(frame, block, values);
      continue;
    }
    for (const address of slots.values()) run.memory.release(address);
    run.depth--;
    if (end.kind === 'return') return end.value === null ? null : frame.values[end.value]!;
    if (end.kind === 'abort') return undefined;
    throw new Trap('control reaches what it cannot reach');
  }
}

function bind(frame: Frame, block: Block, values: readonly bigint[]): void {
  block.params.forEach((p, i) => {
    frame.values[p.id] = BigInt.asUintN(widthOf(p.type), values[i] ?? 0n);
    frame.types[p.id] = p.type;
  });
}

function step(frame: Frame, pos: Pos): void {
  frame.run.pos = pos;
  if (--frame.run.steps < 0) throw new Trap('the step budget is used up');
}

function execute(frame: Frame, i: Instr): void {
  step(frame, i.pos);
  const value = compute(frame, i);
  if (i.result === null) return;
  frame.values[i.result] = BigInt.asUintN(widthOf(i.type), value);
  frame.types[i.result] = i.type;
}

const symbol = (i: Instr): string => symbolOf(i) ?? '';
const displacement = (i: Instr): bigint =>
  typeof i.imm === 'number'
    ? BigInt(i.imm)
    : typeof i.imm === 'object' && i.imm !== null
      ? BigInt(i.imm.offset)
      : 0n;

/** The result; 0n where there is none. */
function compute(frame: Frame, i: Instr): bigint {
  const row = opRow(i.op);
  const x = i.args.map((v) => frame.values[v]!);
  if (row.sem !== undefined) {
    const own = row.args === 'rest' || row.args[0] !== 'any';
    const type = own ? i.type : frame.types[i.args[0]!]!;
    return row.sem(bigintAlgebra, x, widthOf(type), typeof i.imm === 'bigint' ? i.imm : 0n);
  }
  if (row.bulk !== undefined) return bulk(frame, i, x);
  const { memory, machine } = frame.run;
  if (row.access !== undefined) return access(frame, i, x, row.access / 8);
  switch (i.op) {
    case 'ptradd':
      return x[0]! + x[1]!;
    case 'ptroff':
      return x[0]! + displacement(i);
    case 'ptrdiff':
      return x[0]! - x[1]!;
    case 'ptrtoint':
      return x[0]!;
    case 'slotaddr':
      return (
        (typeof i.imm === 'object' && i.imm?.kind === 'slot' ? frame.slots.get(i.imm.slot)! : 0n) +
        displacement(i)
      );
    case 'mapaddr':
      return machine.maps.get(symbol(i))!.handle;
    case 'mapvalue':
      return machine.maps.get(symbol(i))!.lookup(memory.encode(0n, 4)) + displacement(i);
    case 'globaladdr':
      return machine.globals.get(symbol(i))! + displacement(i);
    case 'stringaddr':
      return machine.strings.get(symbol(i))! + displacement(i);
    case 'funcaddr':
      return machine.funcAddresses.get(symbol(i))!;
    case 'core':
      return BigInt.asUintN(widthOf(i.type), displacement(i));
    case 'aborted':
      return frame.aborted ? 1n : 0n;
    case 'call': {
      const end = call(frame.run, symbol(i), x);
      frame.aborted = end === undefined;
      return end ?? 0n;
    }
    case 'helper':
    case 'kfunc': {
      const table = i.op === 'helper' ? machine.options.helpers : machine.options.kfuncs;
      const host = table !== undefined && Object.hasOwn(table, symbol(i)) ? table[symbol(i)] : undefined;
      if (host === undefined) throw new Trap(`${symbol(i)} is not simulated`);
      return settle(frame.run, host(frame.run, x));
    }
    default:
      return unreachable(`the evaluator knows ${i.op}`);
  }
}

function bulk(frame: Frame, i: Instr, x: readonly bigint[]): bigint {
  const { memory } = frame.run;
  const size = Number(displacement(i));
  memory.write(x[0]!, opRow(i.op).bulk === 'zero' ? new Uint8Array(size) : memory.read(x[1]!, size).slice());
  return 0n;
}

/** Loads, stores, atomics and cells. */
function access(frame: Frame, i: Instr, x: readonly bigint[], size: number): bigint {
  const { memory } = frame.run;
  if (i.op.startsWith('byref.'))
    return memory.allocate('cell', memory.encode(x[0]!, size), { readOnly: true });
  const address = x[0]! + displacement(i);
  if (i.op.startsWith('load.')) {
    if (i.type === 'ptr') return memory.loadPointer(address, size);
    const value = memory.load(address, size);
    return i.op.startsWith('load.s') ? BigInt.asIntN(size * 8, value) : value;
  }
  if (i.op.startsWith('store.') || i.op.startsWith('atomic.store.')) {
    memory.store(address, size, x[1]!);
    return 0n;
  }
  const old = memory.load(address, size);
  const kind = i.op.split('.')[1];
  switch (kind) {
    case 'load':
      return old;
    case 'cmpxchg':
      if (old === x[1]) memory.store(address, size, x[2]!);
      return old;
    case 'xchg':
      memory.store(address, size, x[1]!);
      return old;
    case 'add':
    case 'and':
    case 'or':
    case 'xor':
      memory.store(address, size, bigintAlgebra[kind](old, x[1]!, size * 8));
      return old;
    default:
      return unreachable(`the evaluator knows ${i.op}`);
  }
}
