/**
 * Segments of a 64-bit ELF file: what of it is loaded where.
 *
 *     fileOffset(reader, 0x401136n, 'file')   →   0x1136n, which is what a uprobe wants
 */

import type { ByteReader } from './bytes.ts';

const loadSegment = 1;

/**
 * Where an address is in the file; null: in no segment that is loaded. `extent`: code lies in what the file holds of a
 * segment; a counter may lie behind that, in what the segment takes in memory (as libbpf has it).
 */
export function fileOffset(r: ByteReader, address: bigint, extent: 'file' | 'memory'): bigint | null {
  r.at = 32;
  const table = Number(r.u64());
  r.at = 56;
  const count = r.u16();
  for (let i = 0; i < count; i++) {
    r.at = table + i * 56;
    const type = r.u32();
    r.at += 4;
    const [start, virtual] = [r.u64(), r.u64()];
    r.at += 8;
    const [inFile, inMemory] = [r.u64(), r.u64()];
    const size = extent === 'file' ? inFile : inMemory;
    if (type === loadSegment && address >= virtual && address < virtual + size)
      return address - virtual + start;
  }
  return null;
}
