/**
 * Memory as translated code sees it: addresses in two int32 halves, a value's low half returned, its high half in
 * `R.hi`. The common case is a bounds check and a DataView access; whatever it does not cover is asked of
 * `Memory`, which throws the `Trap` with its reason, here with the number of the instruction.
 */

import { bias, type Memory, type Region, Trap } from '../model/memory.ts';
import { join64, R, split64 } from './runtime64.ts';

const origin = Number(bias);

/** A trap of a running program; `at` is the number of the instruction in its translation. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly at: number;
  /** Halves of the registers of the function that faulted, once it is left. */
  registers: readonly number[] | null = null;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Runs what may trap; the trap becomes a fault at an instruction. */
export function faulting<T>(at: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof Trap ? new Fault(at, error.message) : error;
  }
}

type Access = 1 | 2 | 4 | 8;

function initialised(written: Uint8Array | null, offset: number, size: Access): boolean {
  if (written === null) return true;
  for (let i = offset; i < offset + size; i++) if (written[i] === 0) return false;
  return true;
}

export class MemoryAccess {
  private readonly memory: Memory;
  private readonly little: boolean;

  constructor(memory: Memory) {
    this.memory = memory;
    this.little = memory.littleEndian;
  }

  /** The region if the access lies within it and needs no more than its bytes. */
  private plain(hi: number, offset: number, size: Access, write: boolean): Region | null {
    const region = this.memory.numbered(hi);
    if (region === undefined || !region.live || offset < 0 || offset + size > region.bytes.length)
      return null;
    if (write) {
      if (region.readOnly) return null;
      region.written?.fill(1, offset, offset + size);
    } else if (region.pointers.size > 0 || !initialised(region.written, offset, size)) return null;
    return region;
  }

  private slowLoad(lo: number, hi: number, off: number, size: Access, at: number): number {
    const address = BigInt.asUintN(64, join64(lo, hi) + BigInt(off));
    return split64(faulting(at, () => this.memory.loadPointer(address, size)));
  }

  private slowStore(lo: number, hi: number, off: number, size: Access, value: bigint, at: number): void {
    const address = BigInt.asUintN(64, join64(lo, hi) + BigInt(off));
    faulting(at, () => this.memory.store(address, size, value));
  }

  load8(lo: number, hi: number, off: number, at: number): number {
    const offset = lo + off - origin;
    const region = this.plain(hi, offset, 1, false);
    if (region === null) return this.slowLoad(lo, hi, off, 1, at);
    R.hi = 0;
    return region.bytes[offset]!;
  }

  load16(lo: number, hi: number, off: number, at: number): number {
    const offset = lo + off - origin;
    const region = this.plain(hi, offset, 2, false);
    if (region === null) return this.slowLoad(lo, hi, off, 2, at);
    R.hi = 0;
    return region.view.getUint16(offset, this.little);
  }

  load32(lo: number, hi: number, off: number, at: number): number {
    const offset = lo + off - origin;
    const region = this.plain(hi, offset, 4, false);
    if (region === null) return this.slowLoad(lo, hi, off, 4, at);
    R.hi = 0;
    return region.view.getInt32(offset, this.little);
  }

  load64(lo: number, hi: number, off: number, at: number): number {
    const offset = lo + off - origin;
    const region = this.plain(hi, offset, 8, false);
    if (region === null) return this.slowLoad(lo, hi, off, 8, at);
    R.hi = region.view.getInt32(this.little ? offset + 4 : offset, this.little);
    return region.view.getInt32(this.little ? offset : offset + 4, this.little);
  }

  store8(lo: number, hi: number, off: number, value: number, at: number): void {
    const offset = lo + off - origin;
    const region = this.plain(hi, offset, 1, true);
    if (region === null) this.slowStore(lo, hi, off, 1, BigInt(value), at);
    else region.bytes[offset] = value;
  }

  store16(lo: number, hi: number, off: number, value: number, at: number): void {
    const offset = lo + off - origin;
    const region = this.plain(hi, offset, 2, true);
    if (region === null) this.slowStore(lo, hi, off, 2, BigInt(value), at);
    else region.view.setUint16(offset, value, this.little);
  }

  store32(lo: number, hi: number, off: number, value: number, at: number): void {
    const offset = lo + off - origin;
    const region = this.plain(hi, offset, 4, true);
    if (region === null) this.slowStore(lo, hi, off, 4, BigInt(value), at);
    else region.view.setInt32(offset, value, this.little);
  }

  store64(lo: number, hi: number, off: number, low: number, high: number, at: number): void {
    const offset = lo + off - origin;
    const region = this.plain(hi, offset, 8, true);
    if (region === null) {
      this.slowStore(lo, hi, off, 8, join64(low, high), at);
      return;
    }
    region.view.setInt32(this.little ? offset : offset + 4, low, this.little);
    region.view.setInt32(this.little ? offset + 4 : offset, high, this.little);
  }
}
