/**
 * Random inputs on which the programs of the suite get somewhere: packets and contexts drawn from small worlds of
 * addresses, ports and protocols, and map entries of the same worlds.
 *
 *     const random = randomOf(7);
 *     randomPacket(random)              // IPv4, IPv6 or ARP behind up to two tags, sometimes cut short
 *     randomContext(random)             // 64 bytes of a tracepoint
 *     entriesFor('l4lb', random)        // [{ map: 'vips', key, value }, …]
 */

export type Random = () => number;

/** Numbers of 16 bits. */
export function randomOf(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) & 0xffff;
  };
}

const pick = <T>(random: Random, list: readonly [T, ...T[]]): T => list[random() % list.length] ?? list[0];
const oneIn = (random: Random, n: number): boolean => random() % n === 0;

const kinds = [0x0800, 0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x1234] as const;
const protocols4 = [6, 6, 17, 17, 17, 1, 47] as const;
const protocols6 = [6, 6, 17, 17, 17, 58, 44] as const;
const headerSize = { ethernet: 14, tag: 4, ip4: 20, ip6: 40, icmp: 8, udp: 8 } as const;

interface Writer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly random: Random;
}

const address = (random: Random): number => 0x0a00_0000 + (random() % 4);
const port = (random: Random): number => 80 + (random() % 3);

/** Ports, TCP flags, and what looks like a QUIC connection id behind UDP. */
function writeTransport({ bytes, view, random }: Writer, at: number): void {
  view.setUint16(at, port(random));
  view.setUint16(at + 2, port(random));
  bytes[at + 13] = random() & 0xff;
  const quic = at + headerSize.udp;
  if (oneIn(random, 2)) return;
  bytes[quic] = oneIn(random, 2) ? 0x40 : 0x80 | (random() & 0x7f);
  bytes[quic + 5] = oneIn(random, 3) ? 4 : 8;
  for (const id of [quic + 1, quic + 6]) {
    if (oneIn(random, 2)) bytes.set([0x40, 0, (random() % 4) << 6], id);
  }
}

/** The header; where the transport follows. */
function writeIp(w: Writer, at: number, version: 4 | 6, protocol: number): number {
  const { bytes, view, random } = w;
  if (version === 4) {
    bytes[at] = oneIn(random, 6) ? 0x40 | (random() & 15) : 0x45;
    view.setUint16(at + 2, 40 + (random() % 60));
    view.setUint16(at + 6, oneIn(random, 10) ? 0x2001 : 0x4000);
    bytes[at + 8] = random() % 5;
    bytes[at + 9] = protocol;
    for (const word of [at + 12, at + 16]) view.setUint32(word, address(random));
    return at + headerSize.ip4;
  }
  bytes[at + 6] = protocol;
  bytes[at + 7] = random() % 5;
  for (const place of [at + 8, at + 24]) {
    bytes.fill(0, place, place + 16);
    view.setUint32(place, 0x2001_0db8);
    view.setUint32(place + 12, address(random));
  }
  return at + headerSize.ip6;
}

/** An error about another packet, whose beginning it carries. */
function writeIcmp(w: Writer, at: number, version: 4 | 6): void {
  const { bytes, random } = w;
  bytes[at] = oneIn(random, 4) ? 8 : version === 4 ? 3 : 2;
  bytes[at + 1] = oneIn(random, 4) ? 0 : 4;
  writeTransport(w, writeIp(w, at + headerSize.icmp, version, pick(random, [6, 17] as const)));
}

/** At least the 14 bytes that the kernel wants. */
export function randomPacket(random: Random): Uint8Array {
  const bytes = Uint8Array.from({ length: 160 }, () => random() & 0xff);
  const view = new DataView(bytes.buffer);
  const w = { bytes, view, random };
  let at = 12;
  for (let tags = random() % 5; tags > 2; tags--) {
    view.setUint16(at, pick(random, [0x8100, 0x88a8] as const));
    at += headerSize.tag;
  }
  const kind = pick(random, kinds);
  view.setUint16(at, kind);
  if (kind === 0x0800 || kind === 0x86dd) {
    const version = kind === 0x0800 ? 4 : 6;
    const protocol = pick(random, version === 4 ? protocols4 : protocols6);
    const next = writeIp(w, at + 2, version, protocol);
    if (protocol === 1 || protocol === 58) writeIcmp(w, next, version);
    else writeTransport(w, next);
  }
  if (oneIn(random, 5)) return bytes.slice(0, headerSize.ethernet + (random() % 100));
  return bytes.slice(0, 130 + (random() % 30));
}

/** Fields of four bytes, small, negative or zero. */
export function randomContext(random: Random): Uint8Array {
  const context = new Uint8Array(64);
  const view = new DataView(context.buffer);
  for (let at = 0; at < context.length; at += 4) {
    const small = random() % 9;
    const whatever = (random() << 16) | random();
    view.setInt32(at, pick(random, [0, small, -small, whatever] as const), true);
  }
  // Where the event of an exec says that its file name lies: in the context, which ends it.
  view.setUint32(8, 16 + (random() % 40), true);
  context[63] = 0;
  return context;
}

export interface Entry {
  /** The name without case and `_`. */
  readonly map: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Little-endian numbers and bytes, one after the other. */
function pack(...parts: readonly (readonly [bits: 8 | 16 | 32, value: number])[]): Uint8Array {
  const out: number[] = [];
  for (const [bits, value] of parts)
    for (let shift = 0; shift < bits; shift += 8) out.push((value >>> shift) & 0xff);
  return Uint8Array.from(out);
}

const key32 = (n: number): Uint8Array => pack([32, n]);
const word = (n: number): readonly [32, number] => [32, n];
const swapped16 = (n: number): number => ((n & 0xff) << 8) | (n >> 8);
const swapped32 = (n: number): number =>
  (swapped16(n & 0xffff) * 0x1_0000 + swapped16((n >>> 16) & 0xffff)) >>> 0;

/** An address as a packet of `randomPacket` has it, in four words. */
function words(random: Random, version: 4 | 6): readonly (readonly [32, number])[] {
  const own = swapped32(address(random));
  return version === 4
    ? [word(own), word(0), word(0), word(0)]
    : [word(swapped32(0x2001_0db8)), word(0), word(0), word(own)];
}

/** The key that row 18 and row 19 look virtual addresses up by. */
function vip(random: Random, version: 4 | 6, family: number): Uint8Array {
  const dport = oneIn(random, 4) ? 0 : swapped16(port(random));
  const proto = pick(random, [6, 17] as const);
  return pack(...words(random, version), [16, dport], [16, family], [8, proto], [8, 0], [16, 0]);
}

function balancerEntries(random: Random): readonly Entry[] {
  const vips = Array.from({ length: 12 }, (_, num): Entry => {
    const version = pick(random, [4, 6] as const);
    return { map: 'vips', key: vip(random, version, 0), value: pack(word(random() & 5), word(num)) };
  });
  const rings = Array.from(
    { length: 24 },
    (_, at): Entry => ({ map: 'rings', key: key32(at), value: key32(random() % 6) }),
  );
  const reals = Array.from({ length: 5 }, (_, at): Entry => {
    const version = pick(random, [4, 6] as const);
    const value = pack(...words(random, version), word(version === 6 ? 1 : 0));
    return { map: 'reals', key: key32(at), value };
  });
  const controls = [1, 2].map(
    (at): Entry => ({ map: 'controls', key: key32(at), value: pack(word(1), word(0)) }),
  );
  const servers = [1, 2, 3].map(
    (at): Entry => ({ map: 'quicservers', key: key32(at), value: key32(random() % 6) }),
  );
  return [...vips, ...rings, ...reals, ...controls, ...servers];
}

function tunnelEntries(random: Random): readonly Entry[] {
  return Array.from({ length: 40 }, (): Entry => {
    const version = pick(random, [4, 6] as const);
    const family = version === 4 ? 2 : 10;
    const mac = Array.from({ length: 6 }, () => [8, random() & 0xff] as const);
    const kept = oneIn(random, 8) ? 12 - family : family;
    const value = pack(...words(random, version), ...words(random, version), [16, kept], ...mac);
    return { map: 'tunnels', key: vip(random, version, family), value };
  });
}

function routerEntries(random: Random): readonly Entry[] {
  const mac = (): readonly (readonly [32, number])[] =>
    oneIn(random, 4) ? [word(0), word(0)] : [word(random() * 7919), word(random())];
  const hosts = [0, 1, 2].map((n) => word(swapped32(0x0a00_0000 + n)));
  const exact = hosts.slice(0, 2).map(
    (host): Entry => ({
      map: 'exact',
      key: pack(host),
      value: pack(...mac(), host, word(0), word(random() % 8), word(0), ...mac()),
    }),
  );
  const routes = hosts.map(
    (host): Entry => ({
      map: 'routes',
      key: pack(word(32), host),
      value: pack(word(random() % 8), word(0), ...mac(), oneIn(random, 2) ? word(0) : host, word(24)),
    }),
  );
  const arp = hosts
    .slice(1)
    .map((host): Entry => ({ map: 'arp', key: pack(host), value: pack(word(random()), word(random())) }));
  return [...exact, ...routes, ...arp];
}

/** What some maps of a program hold at first; the others get random entries. */
export function entriesFor(program: string, random: Random): readonly Entry[] {
  switch (program) {
    case 'l4lb':
      return balancerEntries(random);
    case 'iptunnel':
      return tunnelEntries(random);
    case 'xdprouter':
      return routerEntries(random);
    case 'portdrop':
      return [81, 82].map((n) => ({ map: 'listed', key: pack([16, n]), value: pack(word(n), word(0)) }));
    default:
      return [];
  }
}
