/**
 * Runs machine code, with virtual or physical registers, on the SSA evaluator's memory, maps and helpers: what a
 * program does can be compared before and after selection, allocation and every machine pass.
 *
 *     observeMachine(machine, 'main', [7n])      the same text as observe(module, 'main', [7n])
 *
 * Test support: nothing of the compiler calls it. Instructions mean what their rows say. Registers that a call
 * clobbers hold rubbish afterwards; reading a register never written ends the run as a trap.
 */

import { must } from '../src/base/assert.ts';
import { bigintAlgebra } from '../src/base/bigint-algebra.ts';
import { helpers } from '../src/bpf/helpers.ts';
import { type IsaName, isaRow } from '../src/bpf/isa.ts';
import type { MFunc, MInst } from '../src/bpf/minst.ts';
import { clobbersOf } from '../src/bpf/operands.ts';
import { createMachine, type Machine as Evaluator } from '../src/ir/eval.ts';
import type { Observation } from '../src/ir/observe.ts';
import { testHelpers } from '../src/model/helpers/helpers.ts';
import { type Host, settle } from '../src/model/host.ts';
import { Trap } from '../src/model/memory.ts';
import type { Machine } from './pass.ts';

type Func = MFunc<number>;
type Inst = MInst<number>;

interface Run {
  readonly machine: Machine<number>;
  readonly evaluator: Evaluator;
  readonly helperNames: ReadonlyMap<number, string>;
  readonly host: Host;
  steps: number;
  depth: number;
}

interface Frame {
  readonly run: Run;
  readonly func: Func;
  readonly registers: Map<number, bigint>;
  readonly slots: ReadonlyMap<number, bigint>;
}

const unsigned = (x: bigint): bigint => BigInt.asUintN(64, x);
const stackSize = 512;

function read(f: Frame, r: number): bigint {
  const value = f.registers.get(r);
  if (value === undefined) throw new Trap(`register ${r} is read before it is written`);
  return value;
}

const operand = (f: Frame, use: number | bigint): bigint =>
  typeof use === 'bigint' ? unsigned(use) : read(f, use);

/** Of a memory access: the base register plus displacement, or a place in a slot. */
function address(f: Frame, i: Inst, base: number): bigint {
  if (i.frame === null) return unsigned(read(f, base) + BigInt(i.off));
  return must(f.slots.get(i.frame.slot), 'a slot') + BigInt(i.frame.offset);
}

function alu(f: Frame, i: Inst): void {
  const row = isaRow(i.op as IsaName);
  const dst = must(i.dst, 'dst');
  if (i.frame !== null) {
    f.registers.set(dst, must(f.slots.get(i.frame.slot), 'a slot') + BigInt(i.frame.offset));
    return;
  }
  const w = row.width;
  const x = row.dst === 'both' ? BigInt.asUintN(w, read(f, dst)) : 0n;
  const y = BigInt.asUintN(w, i.src === null ? i.imm : read(f, i.src));
  const sem = must(row.sem, 'a meaning');
  f.registers.set(dst, sem(bigintAlgebra, x, y, w, !f.run.evaluator.memory.littleEndian));
}

function taken(f: Frame, i: Inst): boolean {
  const row = isaRow(i.op as IsaName);
  const x = BigInt.asUintN(row.width, read(f, must(i.dst, 'dst')));
  const y = BigInt.asUintN(row.width, i.src === null ? i.imm : read(f, i.src));
  return must(row.sem, 'a meaning')(bigintAlgebra, x, y, row.width, false) === 1n;
}

function atomic(f: Frame, i: Inst): void {
  const row = isaRow(i.op as IsaName);
  const { memory } = f.run.evaluator;
  const at = address(f, i, must(i.dst, 'dst'));
  const size = row.width / 8;
  const old = memory.load(at, size);
  const value = BigInt.asUintN(row.width, read(f, must(i.src, 'src')));
  if (row.sem !== null) {
    memory.store(at, size, row.sem(bigintAlgebra, old, value, row.width, false));
    if (row.src === 'both') f.registers.set(must(i.src, 'src'), old);
    return;
  }
  if (old === BigInt.asUintN(row.width, operand(f, i.uses[0]!))) memory.store(at, size, value);
  f.registers.set(i.defs[0] ?? 0, old);
}

function wide(f: Frame, i: Inst): bigint {
  const { evaluator } = f.run;
  if (i.sym === null) return unsigned(i.imm);
  const { kind, name, offset } = i.sym;
  const map = evaluator.maps.get(name);
  switch (kind) {
    case 'map':
      return must(map, name).handle;
    case 'mapvalue':
      return must(map, name).lookup(evaluator.memory.encode(0n, 4)) + BigInt(offset);
    case 'global':
      return must(evaluator.globals.get(name), name) + BigInt(offset);
    case 'string':
      return must(evaluator.strings.get(name), name) + BigInt(offset);
    default:
      return must(evaluator.funcAddresses.get(name), name);
  }
}

function callee(f: Frame, i: Inst): bigint {
  const args = i.uses.map((use) => operand(f, use));
  if (i.op === 'call_func') return call(f.run, must(i.sym, 'a function').name, args);
  const name = must(f.run.helperNames.get(Number(i.imm)), `helper ${i.imm}`);
  const host = f.run.evaluator.options.helpers?.[name];
  if (host === undefined) throw new Trap(`${name} is not simulated`);
  return unsigned(settle(f.run.host, host(f.run.host, args)));
}

/** Executes one instruction; the block to go to, if it jumps. */
function execute(f: Frame, i: Inst): number | null {
  const { memory } = f.run.evaluator;
  if (i.op === 'parcopy') {
    const values = i.uses.map((use) => operand(f, use));
    i.defs.forEach((def, k) => {
      f.registers.set(def, values[k]!);
    });
    return null;
  }
  const row = isaRow(i.op);
  switch (row.kind) {
    case 'alu':
      alu(f, i);
      return null;
    case 'wide':
      f.registers.set(must(i.dst, 'dst'), wide(f, i));
      return null;
    case 'load': {
      const size = must(row.access, 'a width') / 8;
      const at = address(f, i, must(i.src, 'src'));
      const value = size === 8 ? memory.load(at, 8) : memory.load(at, size);
      f.registers.set(must(i.dst, 'dst'), row.signed ? unsigned(BigInt.asIntN(size * 8, value)) : value);
      return null;
    }
    case 'store': {
      const size = must(row.access, 'a width') / 8;
      memory.store(
        address(f, i, must(i.dst, 'dst')),
        size,
        i.src === null ? unsigned(i.imm) : read(f, i.src),
      );
      return null;
    }
    case 'atomic':
      atomic(f, i);
      return null;
    case 'jump':
      return i.target;
    case 'branch':
      return taken(f, i) ? i.target : null;
    case 'call': {
      const result = callee(f, i);
      for (const r of clobbersOf(i)) f.registers.set(r, 0xdead_beef_dead_0000n + BigInt(r));
      for (const def of i.defs) f.registers.set(def, result);
      return null;
    }
    default:
      throw new Trap(`${i.op} is not simulated`);
  }
}

function call(run: Run, name: string, args: readonly bigint[]): bigint {
  const { memory } = run.evaluator;
  const func = must(
    run.machine.funcs.find((f) => f.name === name),
    `the function ${name}`,
  );
  if (++run.depth > 64) throw new Trap('calls are nested too deeply');
  const slots = new Map(
    func.slots.map((s) => [s.id, memory.allocate(`s${s.id}`, s.size, { uninitialised: true })]),
  );
  const stack = memory.allocate('stack', stackSize, { uninitialised: true });
  const f: Frame = { run, func, registers: new Map([[10, stack + BigInt(stackSize)]]), slots };
  args.forEach((value, k) => {
    f.registers.set(k + 1, value);
  });
  const position = new Map(func.blocks.map((block, at) => [block.id, at]));
  for (let at = 0; ; ) {
    let next: number | null = null;
    for (const i of func.blocks[at]!.body) {
      if (--run.steps < 0) throw new Trap('the step budget is used up');
      if (i.op === 'exit') {
        run.depth--;
        memory.release(stack);
        for (const slot of slots.values()) memory.release(slot);
        return i.uses[0] === undefined ? 0n : operand(f, i.uses[0]);
      }
      next = execute(f, i);
      if (next !== null) break;
    }
    at = next === null ? at + 1 : must(position.get(next), `block ${next}`);
    if (at >= func.blocks.length) throw new Trap('control falls off the end');
  }
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** As observe of src/ir/observe.ts, of machine code. `width`: bits of the entry's result that count. */
export function observeMachine(
  machine: Machine<number>,
  entry: string,
  args: readonly bigint[],
  endian: 'little' | 'big' = 'little',
): Observation {
  const log: string[] = [];
  const evaluator = createMachine(machine.module, { helpers: testHelpers({ log }), endian });
  const helperNames = new Map(Object.entries(helpers).map(([name, row]) => [row.id, name]));
  const run: Run = {
    machine,
    evaluator,
    helperNames,
    steps: 2_000_000,
    depth: 0,
    host: {
      memory: evaluator.memory,
      map: (handle) => {
        for (const map of evaluator.maps.values()) if (map.handle === handle) return map;
        throw new Trap('a pointer that is no map is used as one');
      },
      callback: (at, list) => {
        for (const [name, known] of evaluator.funcAddresses) if (known === at) return call(run, name, list);
        throw new Trap('a pointer that is no function is called');
      },
    },
  };
  const context = evaluator.memory.allocate(
    'context',
    Uint8Array.from({ length: 64 }, (_, i) => i * 7),
  );
  const lines: string[] = [];
  let complete = true;
  try {
    const value = call(run, entry, [context, ...args]);
    const type = machine.module.funcs.find((f) => f.name === entry)?.result ?? 'i64';
    lines.push(`return ${type === 'i32' ? BigInt.asUintN(32, value) : value}`);
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    complete = false;
    lines.push('trap', error.message);
  }
  lines.push(...log);
  for (const [name, map] of evaluator.maps) {
    for (const key of map.keys())
      lines.push(`${name} ${hex(key)} ${hex(evaluator.memory.read(map.lookup(key), map.decl.valueSize))}`);
  }
  for (const g of machine.module.globals.filter((d) => d.section !== '.rodata'))
    lines.push(`${g.name} ${hex(evaluator.memory.read(evaluator.globals.get(g.name)!, g.size))}`);
  return { text: lines.join('\n'), complete };
}
