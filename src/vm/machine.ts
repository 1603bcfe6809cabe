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
import { helperById } from '../bpf/helpers.ts';
import type { MapDecl } from '../bpf/maps.ts';
import type { MFunc, MInst, PReg, SymRef } from '../bpf/minst.ts';
import type { Host, HostFunction } from '../model/host.ts';
import { createMap, type ModelMap } from '../model/maps.ts';
import { Memory, Trap } from '../model/memory.ts';
import { Fault, faulting, MemoryAccess } from './access.ts';
import * as runtime from './runtime64.ts';
import { type Translated, translate } from './translate.ts';

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
  /** Functions in tail-call tables, by map and index. */
  readonly slots?: Readonly<Record<string, ReadonlyMap<number, string>>>;
  /** Instructions until a run is given up, default 10 million. */
  readonly fuel?: number;
}

export type VmOutcome =
  /** R0, 64 bits. */
  | { readonly kind: 'return'; readonly value: bigint }
  | {
      readonly kind: 'fault';
      readonly message: string;
      readonly pos: Pos | null;
      readonly func: string;
      readonly inst: MInst<PReg> | null;
    };

export interface Vm {
  readonly memory: Memory;
  readonly maps: ReadonlyMap<string, ModelMap>;
  readonly globals: ReadonlyMap<string, bigint>;
  /** Runs a function with up to five arguments. */
  run(name: string, args: readonly bigint[]): VmOutcome;
}

type Native = (...registers: number[]) => number;

/** Frames that may be open at once, and bytes of each (include/linux/bpf_verifier.h). */
const maxDepth = 8;
const frameBytes = 512;

/** Tail calls in a row (MAX_TAIL_CALL_CNT of include/linux/bpf.h). */
const maxTailCalls = 33;

/** A tail call that is to be followed: the context and the function. */
interface Tail {
  readonly context: bigint;
  readonly func: string;
}

/** What translated code calls. */
class Environment {
  fuel = 0;
  tail: Tail | null = null;
  tailCalls = 0;
  private readonly frames: bigint[];
  private readonly helpers: Readonly<Record<string, HostFunction>>;
  private readonly host: Host;
  private readonly slots: NonNullable<VmOptions['slots']>;
  private readonly invoke: (func: string, context: bigint, depth: number) => number;

  constructor(
    memory: Memory,
    options: VmOptions,
    host: Host,
    invoke: (func: string, context: bigint, depth: number) => number,
  ) {
    this.helpers = options.helpers ?? {};
    this.host = host;
    this.slots = options.slots ?? {};
    this.invoke = invoke;
    this.frames = Array.from({ length: maxDepth }, (_, i) =>
      memory.allocate(i === 0 ? 'stack' : `stack of frame ${i}`, frameBytes),
    );
  }

  frame(depth: number): number {
    const frame = this.frames[depth];
    if (frame === undefined) throw new Fault(0, `calls are nested deeper than ${maxDepth} frames`);
    return runtime.split64(frame + BigInt(frameBytes));
  }

  exhausted(at: number): never {
    throw new Fault(at, 'the program does not end: its instructions are used up');
  }

  unsupported(at: number): never {
    throw new Fault(at, 'the machine has no such instruction');
  }

  skb(at: number): never {
    throw new Fault(at, 'legacy packet loads need a packet of a socket filter');
  }

  ended(): boolean {
    return false;
  }

  /** Runs the function that a tail call went to, in the frame of its caller. */
  follow(depth: number): number {
    const tail = must(this.tail, 'a tail call');
    this.tail = null;
    return this.invoke(tail.func, tail.context, depth);
  }

  /** bpf_tail_call: 0 and `tail` set, or an error number when the table has no such program. */
  private tailCall(args: readonly bigint[]): bigint {
    const map = this.host.map(args[1] ?? 0n).decl.name;
    const func = this.slots[map]?.get(Number(BigInt.asUintN(32, args[2] ?? 0n)));
    if (func === undefined || this.tailCalls >= maxTailCalls) return -2n;
    this.tailCalls++;
    this.tail = { context: args[0] ?? 0n, func };
    return 0n;
  }

  helper(id: number, ...rest: number[]): number {
    const at = rest[10] ?? 0;
    const args = [0, 2, 4, 6, 8].map((i) => runtime.join64(rest[i] ?? 0, rest[i + 1] ?? 0));
    const name = helperById(id);
    if (name === 'tail_call') return runtime.split64(BigInt.asUintN(64, this.tailCall(args)));
    const run = name !== null && Object.hasOwn(this.helpers, name) ? this.helpers[name] : undefined;
    if (run === undefined) throw new Fault(at, `the helper ${name ?? id} is not simulated`);
    return runtime.split64(
      BigInt.asUintN(
        64,
        faulting(at, () => run(this.host, args)),
      ),
    );
  }
}

const runtimeEntries = Object.entries(runtime);

/** The functions that the translation's source returns. */
function load(translated: Translated, access: MemoryAccess, environment: Environment): readonly Native[] {
  const make = new Function('M', 'E', ...runtimeEntries.map(([name]) => name), translated.source) as (
    ...args: unknown[]
  ) => readonly Native[];
  return make(access, environment, ...runtimeEntries.map(([, value]) => value));
}

export function createVm(options: VmOptions): Vm {
  const { funcs, module } = options;
  const memory = new Memory(options.endian ?? 'little');
  const maps = new Map(module.maps.map((m) => [m.name, createMap(m, memory)]));
  const globals = new Map(
    module.globals.map((g) => {
      const bytes = new Uint8Array(g.size);
      bytes.set(g.init);
      return [g.name, memory.allocate(g.name, bytes, { readOnly: g.section === '.rodata' })] as const;
    }),
  );
  const addresses = new Map(funcs.map((f) => [memory.allocate(`func ${f.name}`, 0), f.name]));
  const numbers = new Map(funcs.map((f, i) => [f.name, i]));
  const address = (sym: SymRef): bigint => {
    if (sym.kind === 'map') return must(maps.get(sym.name), sym.name).handle;
    if (sym.kind === 'mapvalue')
      return must(maps.get(sym.name), sym.name).lookup(new Uint8Array(4)) + BigInt(sym.offset);
    if (sym.kind === 'func') return must([...addresses].find(([, name]) => name === sym.name)?.[0], sym.name);
    return must(globals.get(sym.name), sym.name) + BigInt(sym.offset);
  };
  const translated = translate(
    funcs,
    { address, func: (name) => must(numbers.get(name), name) },
    options.endian ?? 'little',
  );
  let natives: readonly Native[] = [];
  const invoke = (name: string, args: readonly bigint[], depth: number): bigint => {
    const native = must(natives[must(numbers.get(name), `no function ${name}`)], name);
    const halves = [0, 1, 2, 3, 4].flatMap((i) => [runtime.split64(args[i] ?? 0n), runtime.R.hi]);
    return runtime.join64(native(...halves, depth), runtime.R.hi);
  };
  const host: Host = {
    memory,
    map: (handle) =>
      must(
        [...maps.values()].find((m) => m.handle === handle),
        'a pointer that is no map is used as one',
      ),
    callback: (at, args) => {
      const name = addresses.get(at);
      if (name === undefined) throw new Trap('a pointer that is no function is called');
      return invoke(name, args, 1);
    },
  };
  const environment = new Environment(memory, options, host, (name, context, depth) =>
    runtime.split64(invoke(name, [context], depth)),
  );
  natives = load(translated, new MemoryAccess(memory), environment);
  return {
    memory,
    maps,
    globals,
    run(name, args) {
      environment.fuel = options.fuel ?? 10_000_000;
      environment.tailCalls = 0;
      environment.tail = null;
      try {
        return { kind: 'return', value: invoke(name, args, 0) };
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const where = translated.insts[error.at];
        return {
          kind: 'fault',
          message: error.message,
          pos: where?.inst.pos ?? null,
          func: where?.func ?? name,
          inst: where?.inst ?? null,
        };
      }
    },
  };
}
