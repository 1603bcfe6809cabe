/** Helpers that read, change and send packets. The context says which packet is meant. */

import type { Host, HostFunction } from '../host.ts';
import { Trap } from '../memory.ts';
import type { Packet } from '../packet.ts';
import { add, fold, not, replaced, shifted, sumOf } from './checksum.ts';
import { failures, type HelperState, type HelperTable } from './state.ts';

const largestOffset = 0x7fff_ffffn;
const longestPacket = 65535;

function packetOf(host: Host, context: bigint): Packet {
  const { packet } = host.memory.region(context);
  if (packet === null) throw new Trap('the context has no packet');
  return packet;
}

/** The bytes of a range of the packet, or null where it is not all there. */
function range(packet: Packet, offset: bigint, length: bigint): Uint8Array | null {
  const seen = packet.seen();
  const from = Number(BigInt.asUintN(32, offset));
  if (BigInt.asUintN(32, offset) > largestOffset || from + Number(length) > seen.length) return null;
  return seen.subarray(from, from + Number(length));
}

const loadBytes =
  (failure: bigint, zeroed: boolean): HostFunction =>
  (host, [context, offset, to, length]) => {
    const bytes = range(packetOf(host, context!), offset!, BigInt.asUintN(32, length!));
    if (bytes === null && zeroed) host.memory.write(to!, new Uint8Array(Number(length)));
    if (bytes === null) return failure;
    host.memory.write(to!, bytes.slice());
    return 0n;
  };

const storeBytes: HostFunction = (host, [context, offset, from, length]) => {
  const bytes = range(packetOf(host, context!), offset!, BigInt.asUintN(32, length!));
  if (bytes === null) return failures.fault;
  bytes.set(host.memory.read(from!, bytes.length));
  return 0n;
};

const signed = (value: bigint): number => Number(BigInt.asIntN(32, value));

const xdp: HelperTable = {
  xdp_adjust_head: (host, [context, by]) =>
    packetOf(host, context!).moveStart(signed(by!)) ? 0n : failures.invalid,
  xdp_adjust_tail: (host, [context, by]) =>
    packetOf(host, context!).moveEnd(signed(by!)) ? 0n : failures.invalid,
  xdp_adjust_meta: (host, [context, by]) => packetOf(host, context!).moveMeta(signed(by!)),
  xdp_load_bytes: loadBytes(failures.invalid, false),
  xdp_store_bytes: (host, args) => (storeBytes(host, args) === 0n ? 0n : failures.invalid),
  xdp_get_buff_len: (host, [context]) => BigInt(packetOf(host, context!).seen().length),
};

/** Another length; what is new is zero. */
function changeLength(host: Host, context: bigint, length: number, front: boolean): bigint {
  const packet = packetOf(host, context);
  const seen = packet.seen();
  if (length > longestPacket) return failures.invalid;
  const bytes = new Uint8Array(length);
  if (front) bytes.set(seen, length - seen.length);
  else bytes.set(seen.subarray(0, length));
  packet.replace(bytes);
  return 0n;
}

/** The 16-bit checksum field at an offset, and a way to write it. */
function field(
  host: Host,
  context: bigint,
  offset: bigint,
): { value: number; set: (to: number) => void } | null {
  if (offset > 0xffffn || (offset & 1n) !== 0n) return null;
  const bytes = range(packetOf(host, context), offset, 2n);
  if (bytes === null) return null;
  return {
    value: (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8),
    set(to) {
      bytes[0] = to & 0xff;
      bytes[1] = to >> 8;
    },
  };
}

/** The field after `from` became `to`: two or four bytes, or none where `to` is the difference. */
function exchanged(value: number, from: bigint, to: bigint, size: bigint): number | null {
  const low = (x: bigint, bits: number): number => Number(BigInt.asUintN(bits, x));
  if (size === 0n) return from === 0n ? shifted(value, low(to, 32)) : null;
  if (size === 2n) return replaced(value, low(from, 16), low(to, 16));
  return size === 4n ? replaced(value, low(from, 32), low(to, 32)) : null;
}

const sizeMask = 0xfn;
const l4Flags = { pseudo: 0x10n, mangled0: 0x20n, enforce: 0x40n, ipv6: 0x80n } as const;

const checksums: HelperTable = {
  l3_csum_replace: (host, [context, offset, from, to, flags]) => {
    if ((flags! & ~sizeMask) !== 0n) return failures.invalid;
    const at = field(host, context!, BigInt.asUintN(32, offset!));
    if (at === null) return failures.fault;
    const value = exchanged(at.value, from!, to!, flags!);
    if (value === null) return failures.invalid;
    at.set(value);
    return 0n;
  },
  l4_csum_replace: (host, [context, offset, from, to, flags]) => {
    const { pseudo, mangled0, enforce, ipv6 } = l4Flags;
    if ((flags! & ~(sizeMask | pseudo | mangled0 | enforce | ipv6)) !== 0n) return failures.invalid;
    const at = field(host, context!, BigInt.asUintN(32, offset!));
    if (at === null) return failures.fault;
    const mangled = (flags! & mangled0) !== 0n;
    if (mangled && (flags! & enforce) === 0n && at.value === 0) return 0n;
    const value = exchanged(at.value, from!, to!, flags! & sizeMask);
    if (value === null) return failures.invalid;
    at.set(mangled && value === 0 ? 0xffff : value);
    return 0n;
  },
  csum_diff: (host, [from, fromSize, to, toSize, seed]) => {
    if (((fromSize! | toSize!) & 3n) !== 0n) return failures.invalid;
    const part = (at: bigint, size: bigint): number =>
      sumOf(size === 0n ? new Uint8Array(0) : host.memory.read(at, Number(size)));
    const start = Number(BigInt.asUintN(32, seed!));
    const added = toSize === 0n ? start : add(start, part(to!, toSize!));
    const sum = fromSize === 0n ? added : add(added, not(part(from!, fromSize!)));
    return BigInt(fold(sum));
  },
  csum_update: () => failures.invalid,
  csum_level: () => failures.invalid,
};

/** What sending a packet elsewhere returns, by program type. */
const redirected = (state: HelperState, flags: bigint): bigint => {
  if (state.programType?.() === 'xdp') return flags === 0n ? 4n : 0n;
  return (flags & ~1n) === 0n ? 7n : 2n;
};

const noRoute = 4n;

const toSocket: HostFunction = (host, args) => {
  const [, map, key] = args;
  const { decl } = host.map(map!);
  const bytes = decl.type === 'sockhash' ? host.memory.read(key!, decl.keySize) : host.memory.encode(key!, 4);
  return host.map(map!).lookup(bytes) === 0n ? 0n : 1n;
};

export function packetHelpers(state: HelperState): HelperTable {
  return {
    skb_load_bytes: loadBytes(failures.fault, true),
    skb_store_bytes: storeBytes,
    skb_pull_data: (host, [context, length]) =>
      BigInt.asUintN(32, length!) > BigInt(packetOf(host, context!).seen().length) ? failures.noMemory : 0n,
    skb_change_tail: (host, [context, length, flags]) =>
      flags === 0n
        ? changeLength(host, context!, Number(BigInt.asUintN(32, length!)), false)
        : failures.invalid,
    skb_change_head: (host, [context, length, flags]) =>
      flags === 0n
        ? changeLength(
            host,
            context!,
            Number(BigInt.asUintN(32, length!)) + packetOf(host, context!).seen().length,
            true,
          )
        : failures.invalid,
    skb_change_type: () => 0n,
    set_hash_invalid: () => 0n,
    set_hash: () => 0n,
    get_hash_recalc: () => 0n,
    get_socket_cookie: () => 1n,
    get_socket_uid: () => 0n,
    get_netns_cookie: () => 1n,
    redirect: (_host, [, flags]) => redirected(state, flags!),
    redirect_peer: (_host, [, flags]) => (flags === 0n ? 7n : 2n),
    redirect_neigh: (_host, [, , , flags]) => (flags === 0n ? 7n : 2n),
    clone_redirect: () => 0n,
    redirect_map: (host, [map, key, flags]) => {
      const bytes = host.memory.encode(BigInt.asUintN(32, key!), host.map(map!).decl.keySize);
      return host.map(map!).lookup(bytes) === 0n ? flags! & 3n : 4n;
    },
    sk_redirect_map: toSocket,
    sk_redirect_hash: toSocket,
    msg_redirect_map: toSocket,
    msg_redirect_hash: toSocket,
    fib_lookup: () => noRoute,
    sk_lookup_tcp: () => 0n,
    sk_lookup_udp: () => 0n,
    skc_lookup_tcp: () => 0n,
    sk_release: () => 0n,
    sk_assign: () => 0n,
    sock_ops_cb_flags_set: () => 0n,
    sock_map_update: () => 0n,
    sock_hash_update: () => 0n,
    setsockopt: () => 0n,
    getsockopt: () => failures.invalid,
    ...xdp,
    ...checksums,
  };
}
