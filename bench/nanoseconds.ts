/**
 * How long a run takes: ours, clang's, ours once more as the band of noise, and an empty program as the floor, in turn.
 *
 *     nanoseconds(system, 'xdp2', ours, theirs)      // { ours: 31, theirs: 38, noise: 1, floor: 5 }, or null
 *
 * The input is the one of many random ones on which clang's version takes longest: the program's whole way. The kernel
 * repeats a run for packets only; tracing programs have no figure. The 25th percentile of the rounds.
 */

import { must } from '../src/base/assert.ts';
import { runProgram } from '../src/kernel/program.ts';
import { loadProgram } from '../src/kernel/program.ts';
import { closeFd, KernelError, type System } from '../src/kernel/system.ts';
import { fill } from './equivalence.ts';
import { randomOf, randomPacket } from './inputs.ts';
import { type Loadable, loadSide } from './sides.ts';

export interface Nanoseconds {
  readonly ours: number;
  readonly theirs: number;
  /** Between two measurements of one program. */
  readonly noise: number;
  readonly floor: number;
}

const rounds = 41;
const repeats = 3000;
const candidates = 120;
/** Of each, the shortest counts: others ran beside. */
const trials = 5;
/** Programs that change the packet so that a second run sees another one: they run once per round, in more rounds. */
const once: ReadonlySet<string> = new Set(['iptunnel']);
/** BPF_PROG_TYPE_ numbers: socket filters, tc, XDP. */
const packetTypes: ReadonlySet<number> = new Set([1, 3, 6]);

/** `r0 = 0; exit`. */
const empty = Uint8Array.from([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);

const percentile = (list: readonly number[]): number =>
  must([...list].sort((a, b) => a - b)[Math.floor(list.length / 4)], 'a round');

function time(system: System, fd: number, type: number, data: Uint8Array, repeat: number): number {
  try {
    return runProgram(system, fd, type, { data, repeat }).durationNs;
  } catch (error) {
    // Packets that the kernel does not take for this type.
    if (error instanceof KernelError) return 0;
    throw error;
  }
}

export function nanoseconds(
  system: System,
  name: string,
  ours: Loadable,
  theirs: Loadable,
): Nanoseconds | null {
  const sides = [loadSide(system, ours, 'tests'), loadSide(system, theirs, 'tests')] as const;
  const [{ type }] = sides;
  const floor = loadProgram(system, { type: packetTypes.has(type) ? type : 6, insns: empty, license: 'GPL' });
  try {
    const [a, b] = sides.map((side) => (side.program.ok ? side.program.fd : null));
    if (a == null || b == null || !floor.ok || !packetTypes.has(type)) return null;
    const random = randomOf(1);
    fill(system, name, sides, random);
    const packets = Array.from({ length: candidates }, () => randomPacket(random));
    const trial = once.has(name) ? 1 : 200;
    const costs = packets.map((data) =>
      Math.min(...Array.from({ length: trials }, () => time(system, b, type, data, trial))),
    );
    const data = must(packets[costs.indexOf(Math.max(...costs))], 'a packet');
    const repeat = once.has(name) ? 1 : repeats;
    const programs = [a, b, a, floor.fd];
    const times: number[][] = programs.map(() => []);
    for (let round = 0; round < (repeat === 1 ? rounds * 20 : rounds); round++) {
      for (const [k, fd] of programs.entries()) times[k]!.push(time(system, fd, type, data, repeat));
    }
    const [first = 0, other = 0, again = 0, least = 0] = times.map(percentile);
    return {
      ours: Math.min(first, again),
      theirs: other,
      noise: Math.abs(first - again),
      floor: least,
    };
  } finally {
    if (floor.ok) closeFd(system, floor.fd);
    for (const side of sides) side.close();
  }
}
