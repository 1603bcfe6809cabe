/**
 * Memory of programs that run outside of a kernel (SSA evaluator, VM): regions of bytes with tagged addresses.
 *
 * An address is a region number in the upper 32 bits and a biased offset in the lower, so that a pointer a little
 * before or behind its region still belongs to it and is caught. 0 is nil. Reading a stack byte that was never
 * written, or anything outside of a region, is a trap.
 */

import type { Pos } from '../base/source.ts';
import type { Packet } from './packet.ts';

/** What the kernel's verifier would have refused, or a bug of the compiler: caught by `evaluate`. */
export class Trap extends Error {
  override readonly name = 'Trap';
  pos: Pos | null = null;
}

export interface Region {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Per byte, was it written? null: everything was. */
  readonly written: Uint8Array | null;
  readonly readOnly: boolean;
  /** Fields that hold a pointer though they are narrower than one (`data` of a packet context), by offset. */
  readonly pointers: ReadonlyMap<number, bigint>;
  /** Of a context: the packet that it describes. */
  packet: Packet | null;
  /** Of a ring buffer record that is reserved: ends it. */
  commit: ((discard: boolean) => void) | null;
  live: boolean;
}

export interface RegionOptions {
  readonly uninitialised?: boolean;
  readonly readOnly?: boolean;
  readonly pointers?: ReadonlyMap<number, bigint>;
}

/** Lower half of the address of a region's first byte. */
export const bias = 0x1000_0000n;
const maxRegion = 1 << 24;
const none: ReadonlyMap<number, bigint> = new Map();

const gone: Region = {
  name: 'memory of an earlier run',
  bytes: new Uint8Array(0),
  view: new DataView(new ArrayBuffer(0)),
  written: null,
  readOnly: true,
  pointers: none,
  packet: null,
  commit: null,
  live: false,
};

export class Memory {
  readonly littleEndian: boolean;
  readonly #regions: Region[] = [];

  constructor(endian: 'little' | 'big' = 'little') {
    this.littleEndian = endian === 'little';
  }

  /** The address of a new region's first byte. */
  allocate(name: string, contents: Uint8Array | number, options: RegionOptions = {}): bigint {
    const size = typeof contents === 'number' ? contents : contents.length;
    if (size > maxRegion) throw new Trap(`${name}: ${size} bytes are too many`);
    const bytes = typeof contents === 'number' ? new Uint8Array(contents) : contents;
    this.#regions.push({
      name,
      bytes,
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      written: options.uninitialised === true ? new Uint8Array(size) : null,
      readOnly: options.readOnly ?? false,
      pointers: options.pointers ?? none,
      packet: null,
      commit: null,
      live: true,
    });
    return (BigInt(this.#regions.length) << 32n) + bias;
  }

  /** The region that an address's upper half names. */
  numbered(upper: number): Region | undefined {
    return this.#regions[upper - 1];
  }

  /** Accesses are traps from now on. */
  release(address: bigint): void {
    this.region(address).live = false;
  }

  /** Gives the bytes of regions back that nobody asks for any more; their addresses stay taken. */
  free(address: bigint): void {
    this.#regions[Number(address >> 32n) - 1] = gone;
  }

  /** Is it the address of a region's first byte? */
  startsAt(address: bigint): boolean {
    return (address & 0xffff_ffffn) === bias;
  }

  region(address: bigint): Region {
    const region = this.#regions[Number(address >> 32n) - 1];
    if (region === undefined)
      throw new Trap(address === 0n ? 'nil is dereferenced' : 'a number is used as an address');
    return region;
  }

  /** The region and the checked offset of an access. */
  #at(address: bigint, size: number, write: boolean): { region: Region; offset: number } {
    const region = this.region(address);
    const offset = Number((address & 0xffff_ffffn) - bias);
    if (!region.live) throw new Trap(`${region.name} is gone`);
    if (offset < 0 || offset + size > region.bytes.length) {
      throw new Trap(`${size} bytes at ${region.name} + ${offset} are outside of its ${region.bytes.length}`);
    }
    if (write && region.readOnly) throw new Trap(`${region.name} is read-only`);
    return { region, offset };
  }

  read(address: bigint, size: number): Uint8Array {
    const { region, offset } = this.#at(address, size, false);
    const { written } = region;
    if (written !== null) {
      for (let i = offset; i < offset + size; i++) {
        if (written[i] === 0) throw new Trap(`${region.name} + ${i} is read before it is written`);
      }
    }
    return region.bytes.subarray(offset, offset + size);
  }

  write(address: bigint, bytes: Uint8Array): void {
    const { region, offset } = this.#at(address, bytes.length, true);
    region.bytes.set(bytes, offset);
    region.written?.fill(1, offset, offset + bytes.length);
  }

  /** An unsigned number in the target's byte order. */
  load(address: bigint, size: number): bigint {
    return this.decode(this.read(address, size));
  }

  decode(bytes: Uint8Array): bigint {
    let value = 0n;
    for (let i = 0; i < bytes.length; i++)
      value = (value << 8n) | BigInt(bytes[this.littleEndian ? bytes.length - 1 - i : i]!);
    return value;
  }

  store(address: bigint, size: number, value: bigint): void {
    this.write(address, this.encode(value, size));
  }

  encode(value: bigint, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    let rest = value;
    for (let i = 0; i < size; i++) {
      bytes[this.littleEndian ? i : size - 1 - i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    return bytes;
  }

  /** The pointer in a field; narrow pointer fields of contexts are known by offset. */
  loadPointer(address: bigint, size: number): bigint {
    const region = this.region(address);
    const field = region.pointers.get(Number((address & 0xffff_ffffn) - bias));
    return field ?? this.load(address, size);
  }

  /** Bytes up to a NUL, as a string of char codes; at most `limit`. */
  text(address: bigint, limit: number): string {
    let text = '';
    for (let i = 0; i < limit; i++) {
      const code = this.read(address + BigInt(i), 1)[0]!;
      if (code === 0) break;
      text += String.fromCharCode(code);
    }
    return text;
  }
}
