/**
 * Do the Go and the C version of a program behave alike? Both run in the kernel on the same random inputs.
 *
 *     differences(system, 'xdp2', { optimize: '2' }, 200, 1)       // [] or what differs
 *
 * Tracepoint programs run as syscall programs, whose context is any memory as well. Results, packets and ring buffer
 * records are compared at every input, and the contents of all maps at the end; of per-CPU maps the sums.
 */

import { must } from '../src/base/assert.ts';
import type { CompileOptions } from '../src/compile.ts';
import { possibleCpus } from '../src/kernel/cpus.ts';
import { type EventSource, openRing } from '../src/kernel/events.ts';
import { entries, update } from '../src/kernel/map.ts';
import { runProgram } from '../src/kernel/program.ts';
import { KernelError, type System } from '../src/kernel/system.ts';
import { readBpfObject } from '../src/object/bpf-object.ts';
import { compileGo, compileObject, reference } from './compilers.ts';
import { entriesFor, type Random, randomContext, randomOf, randomPacket } from './inputs.ts';
import { loadSide, type Side, type SideMap } from './sides.ts';

const programType = { syscall: 31 } as const;
const mapType = { array: 2, perCpuHash: 5, perCpuArray: 6, lpmTrie: 11, devMap: 14, ringBuf: 27 } as const;
const perCpu: ReadonlySet<number> = new Set([mapType.perCpuHash, mapType.perCpuArray]);
const loopback = 1;

/** What may differ of the records, and a map of times. */
interface Left {
  /** Only the keys are compared. */
  readonly map: string;
  /** Times, and padding, which C leaves as it was and bpfc clears. */
  readonly bytes: readonly (readonly [from: number, to: number])[];
  /** A text, behind whose end the buffer's memory shows. */
  readonly text: readonly [from: number, to: number] | null;
}

const left: Readonly<Record<string, Left>> = {
  execsnoop: { map: 'started', bytes: [[12, 16]], text: [40, 167] },
  exitsnoop: {
    map: 'started',
    bytes: [
      [12, 24],
      [41, 48],
    ],
    text: null,
  },
};

/** The record without what may differ, in hexadecimal. */
function comparable(program: string, record: Uint8Array): string {
  const { bytes = [], text = null } = left[program] ?? {};
  for (const [from, to] of bytes) record.fill(0, from, to);
  if (text !== null) {
    const [from, to] = text;
    const end = record.indexOf(0, from);
    if (end >= from && end < to) record.fill(0, end, to);
  }
  return Buffer.from(record).toString('hex');
}

const storedSize = (m: SideMap): number =>
  perCpu.has(m.type) ? Math.ceil(m.valueSize / 8) * 8 * possibleCpus() : m.valueSize;

/** A few entries of any map that user space can fill with bytes. */
function* plainEntries(map: SideMap, random: Random): Generator<readonly [Uint8Array, Uint8Array]> {
  if (map.type === mapType.ringBuf || map.type === mapType.lpmTrie || map.keySize === 0) return;
  const numbered = map.type === mapType.array || map.type === mapType.devMap || perCpu.has(map.type);
  for (let k = 0; k < Math.min(map.maxEntries, 8); k++) {
    const key = new Uint8Array(map.keySize);
    if (numbered) new DataView(key.buffer).setUint32(0, k, true);
    else for (let i = 0; i < key.length; i++) key[i] = random() & 0xff;
    const value = Uint8Array.from({ length: storedSize(map) }, () =>
      random() % 3 === 0 ? 0 : random() & 0xff,
    );
    if (map.type === mapType.devMap) {
      value.fill(0);
      value[0] = loopback;
    }
    yield [key, value];
  }
}

/** The same entries for both versions. */
export function fill(system: System, program: string, sides: readonly Side[], random: Random): void {
  const [first] = sides;
  const own = entriesFor(program, random);
  for (const [name, map] of must(first, 'a side').maps) {
    if (own.some((entry) => entry.map === name)) continue;
    for (const [key, value] of plainEntries(map, random))
      for (const side of sides) update(system, must(side.maps.get(name), `a map ${name}`).fd, key, value);
  }
  for (const { map, key, value } of own)
    for (const side of sides) update(system, must(side.maps.get(map), `a map ${map}`).fd, key, value);
}

function contents(system: System, program: string, name: string, side: Side): string {
  const map = must(side.maps.get(name), `a map ${name}`);
  if (map.type === mapType.ringBuf || map.type === mapType.devMap) return '';
  const keysOnly = left[program]?.map === name;
  const copies = perCpu.has(map.type) ? possibleCpus() : 1;
  const list = [...entries(system, map.fd, map.keySize, storedSize(map))].map(([key, value]) => {
    if (keysOnly) return key.join();
    if (copies === 1) return `${key.join()}: ${value.join()}`;
    const words = new BigUint64Array(value.buffer.slice(0));
    const each = words.length / copies;
    const sums = Array.from({ length: each }, (_, w) =>
      BigInt.asUintN(
        64,
        words.reduce((sum, x, at) => (at % each === w ? sum + x : sum), 0n),
      ),
    );
    return `${key.join()}: ${sums.join()}`;
  });
  return list.sort().join('\n');
}

interface Running {
  readonly side: Side;
  readonly fd: number;
  readonly rings: readonly EventSource[];
}

/** Opens the ring buffers; a refusal by the verifier is an error. */
function started(system: System, side: Side): Running {
  const { program } = side;
  if (!program.ok) throw new Error(`refused: ${program.reason}\n${program.log.slice(-600)}`);
  const rings = [...side.maps.values()].filter((m) => m.type === mapType.ringBuf);
  return { side, fd: program.fd, rings: rings.map((m) => openRing(system, m.fd, m.maxEntries)) };
}

function outcome(system: System, program: string, r: Running, context: Uint8Array, data: Uint8Array): string {
  const tracing = r.side.type === programType.syscall;
  try {
    const run = runProgram(system, r.fd, r.side.type, tracing ? { context } : { data });
    const records = r.rings.flatMap((ring) => ring.read().map((bytes) => comparable(program, bytes)));
    const packet = Buffer.from(run.data).toString('hex');
    return `${run.result} ${packet} ${records.join(' ')}`;
  } catch (error) {
    // Packets that the kernel does not take for this type.
    if (error instanceof KernelError) return error.message;
    throw error;
  }
}

/** What differs, at most one input and then the maps. */
export function differences(
  system: System,
  name: string,
  options: Partial<CompileOptions>,
  count: number,
  seed: number,
): readonly string[] {
  const go = compileGo(name, options);
  if (typeof go === 'string') return [go];
  const object = compileObject(name, reference);
  if (object === null) return [`${name}.c: ${reference.name} does not compile it`];
  const sides = [
    loadSide(system, go.loadable, 'tests'),
    loadSide(system, { kind: 'object', object: readBpfObject(object) }, 'tests'),
  ] as const;
  const random = randomOf(seed);
  let open: readonly Running[] = [];
  try {
    fill(system, name, sides, random);
    open = sides.map((side) => started(system, side));
    for (let k = 0; k < count; k++) {
      const context = randomContext(random);
      const data = randomPacket(random);
      const [ours, theirs] = open.map((r) => outcome(system, name, r, context, data));
      if (ours === theirs) continue;
      const input = [context, data].map((bytes) => Buffer.from(bytes).toString('hex'));
      return [`${name}, input ${k}:\nours ${ours}\nC    ${theirs}\ninput ${input.join(' ')}`];
    }
    return [...sides[0].maps.keys()].flatMap((map) => {
      const [ours, theirs] = sides.map((side) => contents(system, name, map, side));
      return ours === theirs ? [] : [`${name}: the map ${map} differs\n${ours}\n—\n${theirs}`];
    });
  } finally {
    for (const { rings } of open) for (const ring of rings) ring.close();
    for (const side of sides) side.close();
  }
}
