/** Packets and contexts for runs: every length from 0 to 1500 comes, one after the other. */

import { type Random, randomFrom } from '../fuzz/random.ts';
import type { ProgramKind } from './kinds.ts';

export interface RunInput {
  readonly packet: Uint8Array | null;
  readonly context: Uint8Array | null;
}

export const longestPacket = 1500;
/** BPF_PROG_TEST_RUN takes no packet without Ethernet header. */
const header = 14;
const contextBytes = 64;

const randomBytes = (random: Random, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => random.next() & 0xff);

/** What the program sees has `number` mod 1501 bytes; programs that see the header get at least that. */
function packetOf(random: Random, { skipped }: ProgramKind, number: number): Uint8Array {
  const length = number % (longestPacket + 1);
  const packet = randomBytes(random, skipped === 0 ? Math.max(header, length) : length + (skipped ?? 0));
  // IPv4 or IPv6: the test run checks that the length fits, and sets fields of a socket that programs can see.
  packet.set([0x88, 0xb5], 12);
  return packet;
}

export const inputsPerProgram = 6;

export function inputsOf(kind: ProgramKind, seed: number): readonly RunInput[] {
  const random = randomFrom(seed + 2 ** 44);
  return Array.from({ length: inputsPerProgram }, (_, i) =>
    kind.skipped === null
      ? { packet: null, context: randomBytes(random, contextBytes) }
      : { packet: packetOf(random, kind, seed * inputsPerProgram + i), context: null },
  );
}
