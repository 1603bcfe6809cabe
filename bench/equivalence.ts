/**
 * Do the Go and the C version of a program behave alike? Both run in the kernel on the same random inputs.
 *
 *     differences(system, 'xdp2', { optimize: '2' }, 200, 1)       // [] or what differs
 *
 * Tracepoint programs run as syscall programs, whose context is any memory as well. Results, packets and, at the end,
 * the contents of all maps are compared; of per-CPU maps the sums.
 */

import type { CompileOptions } from '../src/compile.ts';
import { possibleCpus } from '../src/kernel/cpus.ts';
import { entries, update } from '../src/kernel/map.ts';
import { type Loaded, type LoadPlan, loadPlan, type PlannedMap } from '../src/kernel/plan.ts';
import { runProgram } from '../src/kernel/program.ts';
import { KernelError, type System } from '../src/kernel/system.ts';
import { compileGo, compileObject, planOfObject, reference } from './compilers.ts';

const syscallType = 31;
const tracepointType = 5;
const sleepable = 1 << 4;
/** Map types whose values there is one of per CPU, and those that user space cannot fill with bytes. */
const perCpu: ReadonlySet<number> = new Set([5, 6]);
const opaque: ReadonlySet<number> = new Set([14, 25, 27]);

function randomOf(seed: number): () => number {
  let state = seed * 2 + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) & 0xffff;
  };
}

/** Packets that parsers get somewhere with: of known protocols, some cut short. */
function randomPacket(random: () => number): Uint8Array {
  const bytes = Uint8Array.from({ length: 64 + (random() % 80) }, () => random() & 0xff);
  const view = new DataView(bytes.buffer);
  let at = 12;
  for (let tags = random() % 4; tags > 1; tags--) {
    view.setUint16(at, random() % 2 === 0 ? 0x8100 : 0x88a8);
    at += 4;
  }
  const kind = [0x0800, 0x0800, 0x0800, 0x86dd, 0x0806][random() % 5] ?? 0x0800;
  view.setUint16(at, kind);
  const ip = at + 2;
  if (kind === 0x0800) {
    bytes[ip] = 0x40 | (random() % 4 === 0 ? random() & 15 : 5);
    view.setUint16(ip + 6, random() % 8 === 0 ? 0x2000 : 0);
    bytes[ip + 8] = random() % 4;
    bytes[ip + 9] = [6, 17, 17, 47, 1][random() % 5] ?? 6;
    for (const word of [ip + 12, ip + 16]) view.setUint32(word, 0x0a000000 + (random() % 4));
    for (const port of [ip + 20, ip + 22]) view.setUint16(port, 80 + (random() % 3));
  } else if (kind === 0x86dd) bytes[ip + 6] = random() % 2 === 0 ? 6 : 17;
  return random() % 6 === 0 ? bytes.slice(0, 15 + (random() % 40)) : bytes;
}

function runnable(plan: LoadPlan): LoadPlan {
  const programs = plan.programs.map((p) =>
    p.type === tracepointType ? { ...p, type: syscallType, expectedAttachType: 0, flags: sleepable } : p,
  );
  return { ...plan, programs };
}

const valueSize = (m: PlannedMap): number =>
  perCpu.has(m.type) ? Math.ceil(m.valueSize / 8) * 8 * possibleCpus() : m.valueSize;

/** A few entries, the same for both versions. */
function fill(system: System, plan: LoadPlan, sides: readonly Loaded[], random: () => number): void {
  for (const map of plan.maps) {
    if (map.content !== null || opaque.has(map.type) || map.keySize === 0) continue;
    const single = map.type === 2 || perCpu.has(map.type);
    for (let k = 0; k < Math.min(single ? map.maxEntries : 4, 4); k++) {
      const key = new Uint8Array(map.keySize);
      const view = new DataView(key.buffer);
      if (single) view.setUint32(0, k, true);
      else if (map.type === 11) {
        view.setUint32(0, 32, true);
        view.setUint32(4, 0x0a000000 + k);
      } else if (map.keySize === 2) view.setUint16(0, 80 + k, true);
      else if (map.keySize === 4) view.setUint32(0, 0x0a000000 + k);
      else for (let i = 0; i < key.length; i++) key[i] = random() & 0xff;
      const value = Uint8Array.from({ length: valueSize(map) }, () =>
        random() % 3 === 0 ? 0 : random() & 0xff,
      );
      for (const side of sides) {
        const fd = side.maps.get(map.name);
        if (fd !== undefined) update(system, fd, key, value);
      }
    }
  }
}

function contents(system: System, map: PlannedMap, side: Loaded): string {
  const fd = side.maps.get(map.name);
  if (fd === undefined || opaque.has(map.type) || map.content !== null) return '';
  const copies = perCpu.has(map.type) ? possibleCpus() : 1;
  const list = [...entries(system, fd, map.keySize, valueSize(map))].map(([key, value]) => {
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

function onInput(
  system: System,
  sides: readonly Loaded[],
  type: number,
  random: () => number,
): string | null {
  const tracing = type === syscallType;
  const context = Uint8Array.from({ length: 64 }, () => (random() % 3 === 0 ? random() & 0xff : 0));
  if (random() % 2 === 0) context[12] = random() % 8;
  if (random() % 2 === 0) context.fill(0, 29, 32);
  const data = randomPacket(random);
  const results = sides.map((side) => {
    const [program] = side.programs.values();
    if (program === undefined || !program.ok)
      return `refused: ${program?.reason}\n${program?.log.slice(-600)}`;
    try {
      const run = runProgram(system, program.fd, type, tracing ? { context } : { data });
      return `${run.result} ${[...run.data].join()}`;
    } catch (error) {
      // Packets that the kernel does not take for this type.
      if (error instanceof KernelError) return error.message;
      throw error;
    }
  });
  if (results[0] === results[1]) return null;
  return `ours ${results[0]}\nC    ${results[1]}\ninput ${[...(tracing ? context : data)].join()}`;
}

/** What differs, at most one input and then the maps; null: the C version cannot be compared. */
export function differences(
  system: System,
  name: string,
  options: Partial<CompileOptions>,
  count: number,
  seed: number,
): readonly string[] | null {
  const go = compileGo(name, options);
  if (typeof go === 'string') return [go];
  const object = compileObject(name, reference);
  const c = object === null ? null : planOfObject(object, go.plan);
  if (c === null) return null;
  const plans = [runnable(go.plan), runnable(c)];
  const sides = plans.map((plan) => loadPlan(system, plan));
  const random = randomOf(seed);
  try {
    fill(system, plans[0]!, sides, random);
    const type = plans[0]!.programs[0]!.type;
    for (let k = 0; k < count; k++) {
      const difference = onInput(system, sides, type, random);
      if (difference !== null) return [`${name}, input ${k}: ${difference}`];
    }
    return plans[0]!.maps.flatMap((map) => {
      const [ours, theirs] = sides.map((side) => contents(system, map, side));
      return ours === theirs ? [] : [`${name}: the map ${map.name} differs\n${ours}\n—\n${theirs}`];
    });
  } finally {
    for (const side of sides) side.close();
  }
}
