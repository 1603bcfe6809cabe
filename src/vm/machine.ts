/**
 * The embedded eBPF machine: runs linked or symbolic machine code in this process, without a kernel.
 *
 *     const vm = createVm({ funcs, module, endian: 'little', helpers: testHelpers({ log: [] }) });
 *     vm.run('filter', [vm.memory.allocate('context', bytes)])     // { kind: 'return', value: 2n }
 *
 * Memory, maps and helpers are those of src/model, which the SSA evaluator uses too; what instructions do comes from
 * the instruction table. A wrong access, an unknown helper or too many instructions end the run as a fault with the
 * instruction and its Go position; nothing is thrown for what a program does.
 */

import { must } from '../base/assert.ts';
import type { Pos } from '../base/source.ts';
import type { MapDecl } from '../bpf/maps.ts';
import type { MFunc, MInst, PReg, SymRef } from '../bpf/minst.ts';
import type { Host, HostFunction } from '../model/host.ts';
import { createMap } from '../model/maps/create.ts';
import type { ModelMap } from '../model/maps/map.ts';
import { Memory, Trap } from '../model/memory.ts';
import { Fault, MemoryAccess } from './access.ts';
import {
  allocateFrames,
  type Environment,
  type EnvironmentOptions,
  RunningEnvironment,
  type Steps,
  SteppingEnvironment,
  type VmStep,
} from './environment.ts';
import * as runtime from './runtime64.ts';
import { type Translated, trailLength, translate } from './translate.ts';

export interface VmGlobal {
  readonly name: string;
  readonly section: string;
  readonly size: number;
  readonly init: Uint8Array;
}

/** What of a module the machine needs. */
export interface VmModule {
  readonly maps: readonly MapDecl[];
  readonly globals: readonly VmGlobal[];
}

export interface VmOptions {
  readonly funcs: readonly MFunc<PReg>[];
  readonly module: VmModule;
  readonly endian?: 'little' | 'big';
  readonly helpers?: Readonly<Record<string, HostFunction>>;
  /** Kernel functions by name. */
  readonly kfuncs?: Readonly<Record<string, HostFunction>>;
  /** Functions in tail-call tables, by map and index. */
  readonly slots?: Readonly<Record<string, ReadonlyMap<number, string>>>;
  /** Instructions until a run is given up, default 10 million. */
  readonly fuel?: number;
}

/** An instruction that ran, for the way to a fault. */
export type VmPlace = Pick<VmStep, 'func' | 'inst'>;

export interface VmFault {
  readonly kind: 'fault';
  readonly message: string;
  readonly pos: Pos | null;
  readonly func: string;
  readonly inst: MInst<PReg> | null;
  /** R0 to R10 of the function that faulted, 64 bits each; empty where it had not begun. */
  readonly registers: readonly bigint[];
  /** The last instructions, the faulting one at the end. */
  readonly trail: readonly VmPlace[];
}

/** `value`: R0, 64 bits. */
export type VmOutcome = { readonly kind: 'return'; readonly value: bigint } | VmFault;

export interface Vm {
  readonly memory: Memory;
  readonly maps: ReadonlyMap<string, ModelMap>;
  readonly globals: ReadonlyMap<string, bigint>;
  /** Runs a function with up to five arguments. */
  run(name: string, args: readonly bigint[]): VmOutcome;
  /** The same, yielding before every instruction, callbacks and tail calls included. */
  steps(name: string, args: readonly bigint[]): Generator<VmStep, VmOutcome, undefined>;
}

const defaultFuel = 10_000_000;
/** Instructions that a fault tells of. */
const toldInstructions = 8;

type Native<T> = (...registers: number[]) => T;

const runtimeEntries = Object.entries(runtime);

/** The functions that the translation's source returns. */
function load<T>(
  translated: Translated,
  access: MemoryAccess,
  environment: Environment,
): readonly Native<T>[] {
  const names = runtimeEntries.map(([name]) => name);
  const make = new Function('M', 'E', 'T', ...names, translated.source) as (
    ...args: unknown[]
  ) => readonly Native<T>[];
  return make(access, environment, environment.blocks, ...runtimeEntries.map(([, value]) => value));
}

/** Arguments as the halves that translated functions take. */
const halves = (args: readonly bigint[]): number[] =>
  [0, 1, 2, 3, 4].flatMap((i) => [runtime.split64(args[i] ?? 0n), runtime.R.hi]);

/** The instructions up to number `at`, from the blocks that ran last. */
function trailOf({ blocks, trail }: Environment, insts: Translated['insts'], at: number): readonly VmPlace[] {
  const order = Array.from({ length: trailLength }, (_, i) => blocks[(trail + 1 + i) % trailLength] ?? -1);
  const starts = order.filter((first) => first >= 0);
  const places = starts.flatMap((first, i) => {
    const last = i === starts.length - 1;
    const end = last ? Math.max(first, at) : blockEnd(insts, first);
    return insts.slice(first, end + 1);
  });
  return places.slice(-toldInstructions);
}

/** The last instruction of a block that ran to its end, as far as the code alone tells: its first way out. */
function blockEnd(insts: Translated['insts'], first: number): number {
  const length = insts.slice(first).findIndex(({ inst }) => inst.target !== null || inst.op === 'exit');
  return length < 0 ? insts.length - 1 : first + length;
}

function faultOf(
  error: unknown,
  name: string,
  environment: Environment,
  insts: Translated['insts'],
): VmFault {
  if (!(error instanceof Fault)) throw error;
  const where = insts[error.at];
  const told = error.registers ?? [];
  return {
    kind: 'fault',
    message: error.message,
    pos: where?.inst.pos ?? null,
    func: where?.func ?? name,
    inst: where?.inst ?? null,
    registers: Array.from({ length: told.length / 2 }, (_, i) =>
      runtime.join64(told[2 * i] ?? 0, told[2 * i + 1] ?? 0),
    ),
    trail: trailOf(environment, insts, error.at),
  };
}

/** Where everything of a program lies. */
class Image {
  readonly memory: Memory;
  readonly maps: ReadonlyMap<string, ModelMap>;
  readonly globals: ReadonlyMap<string, bigint>;
  private readonly funcs: ReadonlyMap<string, bigint>;
  private readonly names: ReadonlyMap<bigint, string>;
  private readonly handles: ReadonlyMap<bigint, ModelMap>;

  constructor({ funcs, module, endian }: VmOptions) {
    this.memory = new Memory(endian ?? 'little');
    this.maps = new Map(module.maps.map((m) => [m.name, createMap(m, this.memory)]));
    this.handles = new Map([...this.maps.values()].map((m) => [m.handle, m]));
    this.globals = new Map(
      module.globals.map((g) => {
        const bytes = new Uint8Array(g.size);
        bytes.set(g.init);
        const readOnly = g.section.startsWith('.rodata');
        return [g.name, this.memory.allocate(g.name, bytes, { readOnly })] as const;
      }),
    );
    this.funcs = new Map(funcs.map((f) => [f.name, this.memory.allocate(`func ${f.name}`, 0)]));
    this.names = new Map([...this.funcs].map(([name, at]) => [at, name]));
  }

  address(sym: SymRef): bigint {
    if (sym.kind === 'map') return must(this.maps.get(sym.name), sym.name).handle;
    if (sym.kind === 'mapvalue')
      return must(this.maps.get(sym.name), sym.name).lookup(new Uint8Array(4)) + BigInt(sym.offset);
    if (sym.kind === 'func') return must(this.funcs.get(sym.name), sym.name);
    return must(this.globals.get(sym.name), sym.name) + BigInt(sym.offset);
  }

  map(handle: bigint): ModelMap {
    const map = this.handles.get(handle);
    if (map === undefined) throw new Trap('a pointer that is no map is used as one');
    return map;
  }

  funcAt(address: bigint): string {
    const name = this.names.get(address);
    if (name === undefined) throw new Trap('a pointer that is no function is called');
    return name;
  }
}

export function createVm(options: VmOptions): Vm {
  const { funcs } = options;
  const image = new Image(options);
  const { memory } = image;
  const access = new MemoryAccess(memory);
  const numbers = new Map(funcs.map((f, i) => [f.name, i]));
  const numberOf = (name: string): number => must(numbers.get(name), `no function ${name}`);
  const linkage = { address: (sym: SymRef) => image.address(sym), func: numberOf };
  const endian = options.endian ?? 'little';
  const translated = translate(funcs, linkage, endian, false);
  const { insts } = translated;
  const fuel = options.fuel ?? defaultFuel;

  let natives: readonly Native<number>[] = [];
  const invoke = (name: string, args: readonly bigint[], depth: number): bigint =>
    runtime.join64(must(natives[numberOf(name)], name)(...halves(args), depth), runtime.R.hi);
  const host: Host = {
    memory,
    map: (handle) => image.map(handle),
    callback: (at, args) => {
      const { depth } = environment;
      const value = invoke(image.funcAt(at), args, depth + 1);
      environment.depth = depth;
      return value;
    },
  };
  const shared: EnvironmentOptions = {
    memory,
    frames: allocateFrames(memory),
    host,
    helpers: options.helpers ?? {},
    kfuncs: options.kfuncs ?? {},
    slot: (map, index) => options.slots?.[map]?.get(index),
    insts,
  };
  const environment = new RunningEnvironment(shared, (name, context, depth) =>
    runtime.split64(invoke(name, [context], depth)),
  );
  natives = load<number>(translated, access, environment);
  return {
    memory,
    maps: image.maps,
    globals: image.globals,
    run(name, args) {
      environment.start(fuel);
      try {
        return { kind: 'return', value: invoke(name, args, 0) };
      } catch (error) {
        return faultOf(error, name, environment, insts);
      }
    },
    *steps(name, args) {
      let generators: readonly Native<Steps<number>>[] = [];
      const enter = (func: string, values: readonly bigint[], depth: number): Steps<number> =>
        must(generators[numberOf(func)], func)(...halves(values), depth);
      const stepping = new SteppingEnvironment(shared, enter, (at) => image.funcAt(at));
      generators = load<Steps<number>>(translate(funcs, linkage, endian, true), access, stepping);
      stepping.start(fuel);
      try {
        return { kind: 'return', value: runtime.join64(yield* enter(name, args, 0), runtime.R.hi) };
      } catch (error) {
        return faultOf(error, name, stepping, insts);
      }
    },
  };
}
