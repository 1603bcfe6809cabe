/**
 * What translated code calls: frames, helpers, tail calls, legacy packet loads, the end of its fuel.
 *
 * Helpers that call back are generators; a machine that runs at once settles them, one that steps goes on into the
 * callback's own steps.
 */

import { must } from '../base/assert.ts';
import { helperById } from '../bpf/helpers.ts';
import type { MInst, PReg } from '../bpf/minst.ts';
import { type Callbacks, type Host, type HostFunction, settle } from '../model/host.ts';
import type { Memory } from '../model/memory.ts';
import { Fault, faulting } from './access.ts';
import { join64, R, split64 } from './runtime64.ts';
import { trailLength } from './translate.ts';

/** Frames that may be open at once, and bytes of each (include/linux/bpf_verifier.h). */
const maxDepth = 8;
const frameBytes = 512;

/** Tail calls in a row (MAX_TAIL_CALL_CNT of include/linux/bpf.h), and rounds that may_goto allows. */
const maxTailCalls = 33;
const maxRounds = 8_388_608;

/** Offsets from here on count from the network header, or from the link layer's (include/uapi/linux/filter.h). */
const legacyOffsets = { network: -0x100000, link: -0x200000 } as const;
const linkHeader = 14;

/** A tail call that is to be followed: the context and the function. */
interface Tail {
  readonly context: bigint;
  readonly func: string;
}

/** Where a run is, before an instruction. */
export interface VmStep {
  readonly func: string;
  readonly inst: MInst<PReg>;
  /** Frames below this one. */
  readonly depth: number;
  /** R0 to R10, 64 bits each. */
  readonly registers: readonly bigint[];
}

export interface EnvironmentOptions {
  readonly memory: Memory;
  /** Addresses of the stack frames. */
  readonly frames: readonly bigint[];
  readonly host: Host;
  readonly helpers: Readonly<Record<string, HostFunction>>;
  readonly kfuncs: Readonly<Record<string, HostFunction>>;
  /** Function of a tail-call table's slot. */
  readonly slot: (map: string, index: number) => string | undefined;
  readonly insts: readonly { readonly func: string; readonly inst: MInst<PReg> }[];
}

/** The stack frames of a machine. */
export const allocateFrames = (memory: Memory): readonly bigint[] =>
  Array.from({ length: maxDepth }, (_, i) =>
    memory.allocate(i === 0 ? 'the stack' : `the stack of frame ${i}`, frameBytes, { uninitialised: true }),
  );

const words = (halves: readonly number[]): bigint[] =>
  Array.from({ length: halves.length / 2 }, (_, i) => join64(halves[2 * i] ?? 0, halves[2 * i + 1] ?? 0));

const error = (value: bigint): number => split64(BigInt.asUintN(64, value));

/** Everything but how functions are called, which differs between running and stepping. */
export class Environment {
  fuel = 0;
  tail: Tail | null = null;
  /** The last legacy load was beyond the packet. */
  ended = false;
  /** Index of the last block in `blocks`. */
  trail = 0;
  readonly blocks = new Int32Array(trailLength).fill(-1);
  protected readonly options: EnvironmentOptions;
  private tailCalls = 0;
  private rounds = 0;

  constructor(options: EnvironmentOptions) {
    this.options = options;
  }

  start(fuel: number): void {
    this.fuel = fuel;
    this.tail = null;
    this.tailCalls = 0;
    this.rounds = 0;
    this.blocks.fill(-1);
  }

  frame(depth: number): number {
    const frame = this.options.frames[depth];
    if (frame === undefined) throw new Fault(0, `calls are nested deeper than ${maxDepth} frames`);
    this.options.memory.region(frame).written?.fill(0);
    return split64(frame + BigInt(frameBytes));
  }

  exhausted(at: number): never {
    throw new Fault(at, 'the program does not end: its instructions are used up');
  }

  unsupported(at: number): never {
    throw new Fault(at, 'the machine has no such instruction');
  }

  /** The first function that an error leaves tells its registers. */
  noted(thrown: unknown, registers: readonly number[]): unknown {
    if (thrown instanceof Fault) thrown.registers ??= registers;
    return thrown;
  }

  mayGoto(): boolean {
    return ++this.rounds > maxRounds;
  }

  /** `size` bytes of the packet in network order; `ended` where they are not there. */
  skb(lo: number, hi: number, offset: number, size: number, at: number): number {
    const packet = faulting(at, () => this.options.memory.region(join64(lo, hi)).packet);
    if (packet === null) throw new Fault(at, 'R6 is no context of a packet');
    const { network, link } = legacyOffsets;
    const bytes = offset >= 0 ? packet.seen() : Uint8Array.from([...packet.link(), ...packet.seen()]);
    const from = offset >= 0 ? offset : offset >= network ? offset - network + linkHeader : offset - link;
    this.ended = from < 0 || from + size > bytes.length;
    let value = 0;
    for (let i = from; i < from + size && !this.ended; i++) value = (value << 8) | (bytes[i] ?? 0);
    return value;
  }

  /** bpf_tail_call: 0 and `tail` set, or an error number when the table has no such program. */
  private tailCall(args: readonly bigint[]): bigint {
    const { host, slot } = this.options;
    const func = slot(host.map(args[1] ?? 0n).decl.name, Number(BigInt.asUintN(32, args[2] ?? 0n)));
    if (func === undefined || this.tailCalls >= maxTailCalls) return -2n;
    this.tailCalls++;
    this.tail = { context: args[0] ?? 0n, func };
    return 0n;
  }

  protected takeTail(): Tail {
    const tail = must(this.tail, 'a tail call');
    this.tail = null;
    return tail;
  }

  protected callHelper(id: number, args: readonly bigint[], at: number): bigint | Callbacks {
    const { helpers, host } = this.options;
    const name = helperById(id);
    if (name === 'tail_call') return faulting(at, () => this.tailCall(args));
    const run = name !== null && Object.hasOwn(helpers, name) ? helpers[name] : undefined;
    if (run === undefined) throw new Fault(at, `the helper ${name ?? id} is not simulated`);
    return faulting(at, () => run(host, args));
  }

  protected callKfunc(args: readonly bigint[], at: number): bigint | Callbacks {
    const { kfuncs, host, insts } = this.options;
    const name = insts[at]?.inst.sym?.name ?? `number ${insts[at]?.inst.imm}`;
    const run = Object.hasOwn(kfuncs, name) ? kfuncs[name] : undefined;
    if (run === undefined) throw new Fault(at, `the kernel function ${name} is not simulated`);
    return faulting(at, () => run(host, args));
  }
}

/** Runs callbacks and tail calls at once. */
export class RunningEnvironment extends Environment {
  /** Depth of the function that calls a helper: callbacks lie above it. */
  depth = 0;
  private readonly invoke: (func: string, context: bigint, depth: number) => number;

  constructor(options: EnvironmentOptions, invoke: (func: string, context: bigint, depth: number) => number) {
    super(options);
    this.invoke = invoke;
  }

  private finish(result: bigint | Callbacks, depth: number, at: number): number {
    if (typeof result === 'bigint') return error(result);
    this.depth = depth;
    return error(faulting(at, () => settle(this.options.host, result)));
  }

  helper(id: number, ...rest: number[]): number {
    const at = rest[11] ?? 0;
    return this.finish(this.callHelper(id, words(rest.slice(0, 10)), at), rest[10] ?? 0, at);
  }

  kfunc(...rest: number[]): number {
    const at = rest[11] ?? 0;
    return this.finish(this.callKfunc(words(rest.slice(0, 10)), at), rest[10] ?? 0, at);
  }

  /** Runs the function that a tail call went to, in the frame of its caller. */
  follow(depth: number): number {
    const { func, context } = this.takeTail();
    return this.invoke(func, context, depth);
  }
}

export type Steps<T> = Generator<VmStep, T, undefined>;

/** Yields the steps of callbacks and tail calls too. */
export class SteppingEnvironment extends Environment {
  private readonly invoke: (func: string, args: readonly bigint[], depth: number) => Steps<number>;
  private readonly funcAt: (address: bigint) => string;

  constructor(
    options: EnvironmentOptions,
    invoke: (func: string, args: readonly bigint[], depth: number) => Steps<number>,
    funcAt: (address: bigint) => string,
  ) {
    super(options);
    this.invoke = invoke;
    this.funcAt = funcAt;
  }

  step(at: number, depth: number, halves: readonly number[]): VmStep {
    const { func, inst } = must(this.options.insts[at], 'an instruction');
    return { func, inst, depth, registers: words(halves) };
  }

  private *finish(result: bigint | Callbacks, depth: number, at: number): Steps<number> {
    if (typeof result === 'bigint') return error(result);
    for (let call = faulting(at, () => result.next(null)); ; ) {
      if (call.done === true) return error(call.value);
      const { address, args } = call.value;
      const name = faulting(at, () => this.funcAt(address));
      const value = join64(yield* this.invoke(name, args, depth + 1), R.hi);
      call = faulting(at, () => result.next(value));
    }
  }

  *helper(id: number, ...rest: number[]): Steps<number> {
    const at = rest[11] ?? 0;
    return yield* this.finish(this.callHelper(id, words(rest.slice(0, 10)), at), rest[10] ?? 0, at);
  }

  *kfunc(...rest: number[]): Steps<number> {
    const at = rest[11] ?? 0;
    return yield* this.finish(this.callKfunc(words(rest.slice(0, 10)), at), rest[10] ?? 0, at);
  }

  *follow(depth: number): Steps<number> {
    const { func, context } = this.takeTail();
    return yield* this.invoke(func, [context], depth);
  }
}
