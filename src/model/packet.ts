/**
 * Packets and their contexts, as BPF_PROG_TEST_RUN makes them: length, protocol, interface 1, and the packet from the
 * Ethernet header, or from behind it for types that the kernel calls above that layer.
 *
 *     const packet = createPacket(memory, 'xdp', bytes, new Uint8Array(0));
 *     vm.run('Filter', [packet.context]);
 *     packet.bytes()          // as the program left it
 *
 * What a program sees is one region from the metadata to the packet's end. Whoever moves a bound gives the
 * packet a new region, so that an old pointer is caught.
 */

import type { Memory } from './memory.ts';

type Kind = 'xdp' | 'skb';

interface PacketRow {
  readonly types: readonly string[];
  readonly kind: Kind;
  /** Bytes in front of what the program sees. */
  readonly skipped: number;
  /** Do accesses by pointer exist? */
  readonly direct: boolean;
}

const rows: readonly PacketRow[] = [
  { types: ['xdp'], kind: 'xdp', skipped: 0, direct: true },
  { types: ['sched_cls', 'sched_act'], kind: 'skb', skipped: 0, direct: true },
  {
    types: ['cgroup_skb', 'sk_skb', 'lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local', 'flow_dissector'],
    kind: 'skb',
    skipped: 14,
    direct: true,
  },
  { types: ['socket_filter'], kind: 'skb', skipped: 14, direct: false },
];

/** Offsets in struct xdp_md and struct __sk_buff (include/uapi/linux/bpf.h). */
const layouts = {
  xdp: { size: 24, data: 0, end: 4, meta: 8, interface: 12 },
  skb: { size: 192, data: 76, end: 80, meta: 140, interface: 40 },
} as const;
const skbFields = { length: 0, kind: 4, protocol: 16, wireLength: 160 } as const;

/** Bytes in front of the packet; struct xdp_frame takes the first 40 of an XDP program's. */
const headroom = 256;
const frameHeader = 40;
/** Where the last byte may end: a page without struct skb_shared_info. */
const pageEnd = 4096 - 320;
const shortest = 14;
const longestMeta = 252;

/** Does a program type (`xdp`) take a packet? */
export const takesPacket = (type: string): boolean => rows.some((row) => row.types.includes(type));

export interface Packet {
  /** Address of the context. */
  readonly context: bigint;
  readonly contextBytes: Uint8Array;
  readonly kind: Kind;
  /** What the program sees, from the packet's start. */
  readonly seen: () => Uint8Array;
  /** The Ethernet header in front of what the program sees; empty where it sees it. */
  readonly link: () => Uint8Array;
  /** As the kernel's test run gives it back: with metadata, and zeros in front of what the program sees. */
  readonly bytes: () => Uint8Array;
  /** Moves the start of an XDP packet (negative: in front); false: there is no room, and nothing has changed. */
  readonly moveStart: (by: number) => boolean;
  /** Moves the end of an XDP packet; what is new is zero. */
  readonly moveEnd: (by: number) => boolean;
  /** Moves the start of the metadata; an error number or 0. */
  readonly moveMeta: (by: number) => bigint;
  /** Puts other bytes in the place of what the program sees. */
  readonly replace: (bytes: Uint8Array) => void;
  /** Gives the memory back; what was asked of the packet before stays valid. */
  readonly free: () => void;
}

/** How eth_type_trans classes a packet by its destination: host, broadcast, multicast, other host. */
function packetKind(packet: Uint8Array): number {
  const address = packet.subarray(0, 6);
  if (address.every((b) => b === 0)) return 0;
  if (address.every((b) => b === 255)) return 1;
  return ((address[0] ?? 0) & 1) === 1 ? 2 : 3;
}

function fill(context: Uint8Array, kind: Kind, packet: Uint8Array, seen: number, given: Uint8Array): void {
  const layout = layouts[kind];
  const view = new DataView(context.buffer);
  context.set(given.subarray(0, layout.size));
  if (given.length === 0) view.setUint32(layout.interface, 1, true);
  if (kind === 'xdp') return;
  view.setUint32(skbFields.length, seen, true);
  view.setUint32(skbFields.wireLength, seen, true);
  if (packet.length < shortest) return;
  view.setUint16(skbFields.protocol, ((packet[13] ?? 0) << 8) | (packet[12] ?? 0), true);
  view.setUint32(skbFields.kind, packetKind(packet), true);
}

/** `given` fills the context's other fields. */
export function createPacket(memory: Memory, type: string, packet: Uint8Array, given: Uint8Array): Packet {
  const row = rows.find((r) => r.types.includes(type));
  if (row === undefined) throw new Error(`programs of type ${type} take no packet`);
  const { kind } = row;
  const layout = layouts[kind];
  const contextBytes = new Uint8Array(layout.size);
  const front = packet.subarray(0, Math.min(row.skipped, packet.length));
  let buffer = new Uint8Array(Math.max(pageEnd, headroom + packet.length));
  let [meta, start, end] = [headroom, headroom, headroom + packet.length - front.length];
  buffer.set(packet.subarray(front.length), start);
  const regions: bigint[] = [];
  const pointers = new Map<number, bigint>();
  fill(contextBytes, kind, packet, end - start, given);

  /** A new region for the bytes between the bounds. */
  const place = (): void => {
    const old = regions.at(-1);
    if (old !== undefined) memory.release(old);
    const base = memory.allocate('packet', buffer.subarray(meta, end));
    regions.push(base);
    if (row.direct) {
      pointers.set(layout.meta, base);
      pointers.set(layout.data, base + BigInt(start - meta));
      pointers.set(layout.end, base + BigInt(end - meta));
    }
    if (kind === 'skb') new DataView(contextBytes.buffer).setUint32(skbFields.length, end - start, true);
  };
  place();
  const context = memory.allocate('context', contextBytes, { pointers });
  const made: Packet = {
    context,
    contextBytes,
    kind,
    seen: () => buffer.subarray(start, end),
    bytes: () => Uint8Array.from([...new Uint8Array(front.length), ...buffer.subarray(meta, end)]),
    link: () => front,
    moveStart(by) {
      const size = start - meta;
      if (start + by < frameHeader + size || start + by > end - shortest) return false;
      buffer.copyWithin(meta + by, meta, start);
      start += by;
      meta = start - size;
      place();
      return true;
    },
    moveEnd(by) {
      if (end + by > pageEnd || end + by < start + shortest) return false;
      if (by > 0) buffer.fill(0, end, end + by);
      end += by;
      place();
      return true;
    },
    moveMeta(by) {
      const to = meta + by;
      if (to < frameHeader || to > start) return -22n;
      if ((start - to) % 4 !== 0 || start - to > longestMeta) return -13n;
      meta = to;
      place();
      return 0n;
    },
    replace(bytes) {
      buffer = new Uint8Array(headroom + bytes.length);
      buffer.set(bytes, headroom);
      [meta, start, end] = [headroom, headroom, headroom + bytes.length];
      place();
    },
    free() {
      for (const used of [...regions, context]) memory.free(used);
    },
  };
  memory.region(context).packet = made;
  return made;
}
