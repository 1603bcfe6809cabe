/** What random programs are made of besides plain code: program types, maps, places on the stack. */

import { isMapType, type MapDecl, maps } from '../../src/bpf/maps.ts';

export interface ProgramKind {
  readonly name: string;
  readonly section: string;
  readonly typeId: number;
  /** Bytes of the packet in front of what the program sees; null: no packet, but 64 bytes of context. */
  readonly skipped: number | null;
  /** Where the context keeps data and data_end; null: none by pointer. */
  readonly bounds: readonly [number, number] | null;
  readonly writesPacket: boolean;
  /** Legacy packet loads. */
  readonly legacy: boolean;
  /** Results are masked with it. */
  readonly results: bigint;
  /** Context fields of four bytes that may be read, and those that may be written. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

const skbReads = [0, 4, 8, 16, 32] as const;
const scratch = [48, 52, 56, 60, 64] as const;

export const kinds: readonly ProgramKind[] = [
  {
    name: 'xdp',
    section: 'xdp',
    typeId: 6,
    skipped: 0,
    bounds: [0, 4],
    writesPacket: true,
    legacy: false,
    results: -1n,
    reads: [],
    writes: [],
  },
  {
    name: 'tc',
    section: 'classifier',
    typeId: 3,
    skipped: 0,
    bounds: [76, 80],
    writesPacket: true,
    legacy: true,
    results: -1n,
    reads: skbReads,
    writes: [8, 32, ...scratch],
  },
  {
    name: 'socket',
    section: 'socket',
    typeId: 1,
    skipped: 14,
    bounds: null,
    writesPacket: false,
    legacy: true,
    results: -1n,
    reads: [0, 4, 8, 32, ...scratch],
    writes: scratch,
  },
  {
    name: 'cgroup',
    section: 'cgroup_skb/egress',
    typeId: 8,
    skipped: 14,
    bounds: [76, 80],
    writesPacket: false,
    legacy: false,
    results: 1n,
    reads: skbReads,
    writes: [8, ...scratch],
  },
  {
    name: 'syscall',
    section: 'syscall',
    typeId: 31,
    skipped: null,
    bounds: null,
    writesPacket: false,
    legacy: false,
    results: -1n,
    reads: [],
    writes: [],
  },
];

const map = (
  name: string,
  type: string,
  keySize: number,
  valueSize: number,
  maxEntries: number,
  flags = 0,
): MapDecl => ({
  name,
  type,
  keySize,
  valueSize,
  maxEntries,
  flags,
  pin: false,
});

/** Values are at least 16 bytes, so that any piece can use any of them. */
export const keyed: readonly MapDecl[] = [
  map('hash', 'hash', 4, 16, 64),
  map('percpuhash', 'percpu_hash', 4, 16, 64),
  map('lru', 'lru_hash', 4, 16, 4096),
  map('array', 'array', 4, 16, 4),
  map('percpuarray', 'percpu_array', 4, 16, 4),
  map('trie', 'lpm_trie', 8, 16, 512, 1),
];

export const unkeyed: readonly MapDecl[] = [
  map('queue', 'queue', 0, 8, 3),
  map('stack', 'stack', 0, 8, 3),
  map('bloom', 'bloom_filter', 0, 8, 4096),
];

export const ring = map('ring', 'ringbuf', 0, 0, 4096);
export const jumps = map('jumps', 'prog_array', 4, 4, 4);
/** R8, R9 and the stack's words at the end. */
export const seen = map('seen', 'array', 4, 80, 1);

export const allMaps: readonly MapDecl[] = [...keyed, ...unkeyed, ring, jumps, seen];

/** Those that a program of the kind may use: syscall programs may sleep. */
export const mapsFor = (kind: ProgramKind, list: readonly MapDecl[]): readonly MapDecl[] =>
  kind.name === 'syscall' ? list.filter(({ type }) => isMapType(type) && maps[type].sleepable) : list;

/** Distances from the frame pointer: eight words of numbers, bytes for packet copies, a key, a value. */
export const frame = { words: -64, bytes: -128, key: -136, value: -152, count: 8 } as const;
