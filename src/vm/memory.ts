/**
 * The VM's address space. Memory is a list of regions (stack frames, the context, the packet, map values, records);
 * an address has the region's number in its upper half and `origin` plus a byte offset in its lower one, so that
 * arithmetic on pointers is plain 64-bit arithmetic and every access finds its region and is checked against it.
 *
 * Invariant: no access reads or writes outside of the one region that its address names; what would is a `Fault`.
 */

import { R } from './runtime64.ts';

export type RegionKind = 'stack' | 'ctx' | 'packet' | 'map' | 'map value' | 'record' | 'data' | 'memory';

export interface Region {
  readonly kind: RegionKind;
  readonly name: string;
  bytes: Uint8Array;
  view: DataView;
  readonly writable: boolean;
  /** Context fields that hold addresses: what a load at an offset gives instead of the bytes. */
  readonly pointers: ReadonlyMap<number, () => bigint> | null;
  /** Records after Submit, references after release: accesses are faults that say why. */
  dead: string | null;
}

/** Lower half of the address of a region's first byte: leaves room for negative offsets. */
const origin = 0x10000;
/** Marks the upper half of an address. */
const tag = 0x4000_0000;

/** A wrong access, or another error of the program. `at` is the number of the instruction in its translation unit. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

export class Memory {
  private readonly regions: Region[] = [];
  private readonly little: boolean;

  constructor(endian: 'little' | 'big') {
    this.little = endian === 'little';
    this.add('memory', 'nil', new Uint8Array(0), false);
  }

  /** Adds a region over `bytes` (shared, not copied); gives its address. */
  add(
    kind: RegionKind,
    name: string,
    bytes: Uint8Array,
    writable = true,
    pointers: Region['pointers'] = null,
  ): bigint {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.regions.push({ kind, name, bytes, view, writable, pointers, dead: null });
    return this.addressOf(this.regions.length - 1);
  }

  private addressOf(index: number): bigint {
    return (BigInt(tag | index) << 32n) | BigInt(origin);
  }

  /** Region and offset of an address; null if it names none. */
  find(address: bigint): { readonly region: Region; readonly offset: number } | null {
    const high = Number((address >> 32n) & 0xffffffffn);
    const region = (high & tag) === 0 ? undefined : this.regions[high ^ tag];
    return region === undefined ? null : { region, offset: Number(BigInt.asIntN(32, address)) - origin };
  }

  /** Puts other bytes under a region (adjust_head and the like); addresses keep naming it. */
  replace(address: bigint, bytes: Uint8Array): void {
    const found = this.find(address);
    if (found === null) return;
    found.region.bytes = bytes;
    found.region.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private locate(lo: number, hi: number, off: number, size: number, at: number, write: boolean): number {
    const region = (hi & tag) === 0 || hi < 0 ? undefined : this.regions[hi ^ tag];
    const offset = lo + off - origin;
    const access = `${write ? 'write' : 'read'} of ${size} bytes`;
    if (region === undefined || region.bytes.length === 0) {
      const value = ((BigInt(hi) << 32n) | BigInt(lo >>> 0)) + BigInt(off);
      throw new Fault(at, `${access} at ${value === BigInt(off) ? `nil + ${off}` : `0x${BigInt.asUintN(64, value).toString(16)}, which is no address`}`);
    }
    if (region.dead !== null) throw new Fault(at, `${access} of the ${region.kind} ${region.name} ${region.dead}`);
    if (offset < 0 || offset + size > region.bytes.length) {
      throw new Fault(at, `${access} at offset ${offset} of the ${region.kind} ${region.name}, which has ${region.bytes.length} bytes`);
    }
    if (write && !region.writable) throw new Fault(at, `${access} to the ${region.kind} ${region.name}, which is read-only`);
    return offset;
  }

  /** The region of an address that `locate` has accepted. */
  private at(hi: number): Region {
    return this.regions[hi ^ tag]!;
  }

  private pointer(region: Region, offset: number): boolean {
    const read = region.pointers?.get(offset);
    if (read === undefined) return false;
    const value = read();
    R.hi = Number(BigInt.asIntN(32, value >> 32n));
    this.low = Number(BigInt.asIntN(32, value));
    return true;
  }

  private low = 0;

  load8(lo: number, hi: number, off: number, at: number): number {
    const offset = this.locate(lo, hi, off, 1, at, false);
    R.hi = 0;
    return this.at(hi).view.getUint8(offset);
  }

  load16(lo: number, hi: number, off: number, at: number): number {
    const offset = this.locate(lo, hi, off, 2, at, false);
    R.hi = 0;
    return this.at(hi).view.getUint16(offset, this.little);
  }

  load32(lo: number, hi: number, off: number, at: number): number {
    const offset = this.locate(lo, hi, off, 4, at, false);
    const region = this.at(hi);
    if (region.pointers !== null && this.pointer(region, offset)) return this.low;
    R.hi = 0;
    return region.view.getInt32(offset, this.little);
  }

  load64(lo: number, hi: number, off: number, at: number): number {
    const offset = this.locate(lo, hi, off, 8, at, false);
    const region = this.at(hi);
    if (region.pointers !== null && this.pointer(region, offset)) return this.low;
    R.hi = region.view.getInt32(this.little ? offset + 4 : offset, this.little);
    return region.view.getInt32(this.little ? offset : offset + 4, this.little);
  }

  store8(lo: number, hi: number, off: number, value: number, at: number): void {
    const offset = this.locate(lo, hi, off, 1, at, true);
    this.at(hi).view.setUint8(offset, value);
  }

  store16(lo: number, hi: number, off: number, value: number, at: number): void {
    const offset = this.locate(lo, hi, off, 2, at, true);
    this.at(hi).view.setUint16(offset, value, this.little);
  }

  store32(lo: number, hi: number, off: number, value: number, at: number): void {
    const offset = this.locate(lo, hi, off, 4, at, true);
    this.at(hi).view.setInt32(offset, value, this.little);
  }

  store64(lo: number, hi: number, off: number, low: number, high: number, at: number): void {
    const offset = this.locate(lo, hi, off, 8, at, true);
    const { view } = this.at(hi);
    view.setInt32(this.little ? offset : offset + 4, low, this.little);
    view.setInt32(this.little ? offset + 4 : offset, high, this.little);
  }

  /** Bytes for a helper: the region's own storage, checked like an access. */
  slice(address: bigint, size: number, at: number, write: boolean): Uint8Array {
    if (size === 0) return new Uint8Array(0);
    const lo = Number(BigInt.asIntN(32, address));
    const hi = Number(BigInt.asIntN(32, address >> 32n));
    const offset = this.locate(lo, hi, 0, size, at, write);
    return this.at(hi).bytes.subarray(offset, offset + size);
  }
}
