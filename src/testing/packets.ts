/**
 * Contexts of programs that work on packets, as BPF_PROG_TEST_RUN makes them: length, protocol, interface 1, and the
 * packet from the Ethernet header, or from behind it for types that the kernel calls above that layer.
 */

import type { Memory } from '../model/memory.ts';

interface PacketRow {
  readonly types: readonly string[];
  readonly size: number;
  readonly data: number;
  readonly end: number;
  readonly meta: number;
  /** Bytes in front of what the program sees. */
  readonly skipped: number;
}

const skb = { size: 192, data: 76, end: 80, meta: 140 } as const;

const rows: readonly PacketRow[] = [
  { types: ['xdp'], size: 24, data: 0, end: 4, meta: 8, skipped: 0 },
  { types: ['sched_cls', 'sched_act'], ...skb, skipped: 0 },
  {
    types: [
      'socket_filter',
      'cgroup_skb',
      'sk_skb',
      'lwt_in',
      'lwt_out',
      'lwt_xmit',
      'lwt_seg6local',
      'flow_dissector',
    ],
    ...skb,
    skipped: 14,
  },
];

/** Does a program type (`xdp`) take a packet? */
export const takesPacket = (type: string): boolean => rows.some((row) => row.types.includes(type));

export interface PacketContext {
  readonly address: bigint;
  readonly context: Uint8Array;
  /** The packet after a run, as it left the program. */
  readonly packet: () => Uint8Array;
}

const offsets = { skbLength: 0, skbProtocol: 16, skbInterface: 40, xdpInterface: 12 } as const;

/** `given` fills the context's other fields. */
export function packetContext(
  memory: Memory,
  type: string,
  packet: Uint8Array,
  given: Uint8Array,
): PacketContext {
  const row = rows.find((r) => r.types.includes(type));
  if (row === undefined) throw new Error(`programs of type ${type} take no packet`);
  const seen = packet.slice(Math.min(row.skipped, packet.length));
  const context = new Uint8Array(row.size);
  const view = new DataView(context.buffer);
  context.set(given.subarray(0, row.size));
  if (type === 'xdp') {
    if (given.length === 0) view.setUint32(offsets.xdpInterface, 1, true);
  } else {
    view.setUint32(offsets.skbLength, seen.length, true);
    if (packet.length >= 14)
      view.setUint16(offsets.skbProtocol, ((packet[13] ?? 0) << 8) | (packet[12] ?? 0), true);
    if (given.length === 0) view.setUint32(offsets.skbInterface, 1, true);
  }
  const data = memory.allocate('packet', seen);
  const pointers = new Map([
    [row.data, data],
    [row.end, data + BigInt(seen.length)],
    [row.meta, data],
  ]);
  const address = memory.allocate('context', context, { pointers });
  const front = new Uint8Array(packet.length - seen.length);
  return { address, context, packet: () => Uint8Array.from([...front, ...seen]) };
}
