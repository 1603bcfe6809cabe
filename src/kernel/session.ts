/** A loaded object as a session: runs are BPF_PROG_TEST_RUN, maps are the kernel's. */

import { must } from '../base/assert.ts';
import { programRow } from '../bpf/programs.ts';
import type { BpfObject } from '../object/bpf-object.ts';
import type { ObjectShapes } from '../object/object-shapes.ts';
import { RunFault, type Session } from '../testing/session.ts';
import { type EventSource, openPerfArray, openRing } from './events.ts';
import { entries, lookup, update } from './map.ts';
import { type LoadedMap, type LoadedObject, loadObject } from './object.ts';
import { type RunInput, type RunOutput, runProgram } from './program.ts';
import { KernelError, type System } from './system.ts';
import { possibleCpus } from './cpus.ts';
import { markTrace, printsLines } from './trace.ts';

/** Values of a per-CPU map lie behind each other, rounded up to 8 bytes. */
export function valueBytes({ map, row }: LoadedMap): number {
  return row.percpu ? Math.ceil(map.valueSize / 8) * 8 * possibleCpus() : map.valueSize;
}

const errors: Readonly<Record<number, string>> = {
  22: 'the packet or context is not of a size that this program type takes',
  14: 'this program type takes another context',
  524: 'the kernel has no test run for this program type; use --vm or attach it with bpfc run',
  95: 'the kernel has no test run for this program type; use --vm or attach it with bpfc run',
};

/** raw_tracepoint and syscall programs: the kernel runs them once and refuses any number of runs. */
const runOnce: readonly number[] = [17, 31];

/** A test run, its errors in words. */
function testRun(system: System, fd: number, type: number, input: RunInput): RunOutput {
  try {
    if (!runOnce.includes(type)) return runProgram(system, fd, type, input);
    const { repeat = 1, ...once } = input;
    for (let left = repeat - 1; left > 0; left--) runProgram(system, fd, type, once);
    return runProgram(system, fd, type, once);
  } catch (error) {
    const why = error instanceof KernelError ? errors[error.errno] : undefined;
    throw why === undefined ? error : new RunFault(why, null);
  }
}

/** The smallest packet that BPF_PROG_TEST_RUN takes. */
const defaultPacket = 64;
const packetTypes: readonly number[] = [1, 3, 4, 6, 8, 10, 11, 12, 14, 19, 22, 32];

const mapTypes = { ringbuf: 27, perf: 4 } as const;

/** Where the maps' events come in. */
function openEvents(
  system: System,
  maps: LoadedObject['maps'],
): readonly { map: string; source: EventSource }[] {
  return [...maps].flatMap(([name, { fd, map, maxEntries }]) =>
    map.type === mapTypes.ringbuf
      ? [{ map: name, source: openRing(system, fd, maxEntries) }]
      : map.type === mapTypes.perf
        ? [{ map: name, source: openPerfArray(system, fd, maxEntries) }]
        : [],
  );
}

export interface KernelSession extends Session {
  readonly loaded: LoadedObject;
}

export function kernelSession(
  system: System,
  object: BpfObject,
  shapes: ObjectShapes,
  contents: ReadonlyMap<string, Uint8Array>,
): KernelSession {
  const loaded = loadObject(system, object, { contents });
  const mapOf = (name: string): LoadedMap => must(loaded.maps.get(name), `no map ${name}`);
  const place = (name: string) => must(shapes.variables.get(name), `no variable ${name}`);
  const section = (name: string): { readonly map: LoadedMap; readonly bytes: Uint8Array } => {
    const map = mapOf(name);
    return { map, bytes: lookup(system, map.fd, new Uint8Array(4), map.map.valueSize) ?? new Uint8Array(0) };
  };
  // Opened before the first run: who only attaches programs reads events in its own way.
  let sources: ReturnType<typeof openEvents> | null = null;
  let printed: (() => readonly string[]) | null = null;
  return {
    loaded,
    programs: object.programs,
    refused: [...loaded.programs].flatMap(([name, result]) =>
      result.ok ? [] : [{ name, reason: result.reason, log: result.log }],
    ),
    run(name, { packet, context, repeat }) {
      const result = must(loaded.programs.get(name), `no program ${name}`);
      if (!result.ok) throw new Error(`${name} is not loaded: ${result.reason}`);
      const type = must(
        programRow(
          must(
            object.programs.find((p) => p.name === name),
            name,
          ).section,
        ),
        name,
      ).row.typeId;
      const data = packet ?? (packetTypes.includes(type) ? new Uint8Array(defaultPacket) : undefined);
      sources ??= openEvents(system, loaded.maps);
      if (object.programs.some(({ code }) => printsLines(code))) printed ??= markTrace();
      const run = testRun(system, result.fd, type, {
        ...(data === undefined ? {} : { data }),
        ...(context === undefined ? {} : { context }),
        ...(repeat === undefined ? {} : { repeat }),
      });
      return {
        result: run.result,
        packet: data === undefined ? null : run.data,
        context: context === undefined ? null : run.context,
        nanoseconds: run.durationNs,
      };
    },
    entries(name) {
      const map = mapOf(name);
      const size = valueBytes(map);
      return [...entries(system, map.fd, map.map.keySize, size)];
    },
    update(name, key, value) {
      const map = mapOf(name);
      const copies = map.row.percpu ? possibleCpus() : 1;
      const bytes = new Uint8Array(valueBytes(map));
      for (let i = 0; i < copies; i++) bytes.set(value, (i * bytes.length) / copies);
      update(system, map.fd, key, bytes);
    },
    readVariable(name) {
      const { section: where, offset, shape } = place(name);
      return section(where).bytes.slice(offset, offset + shape.size);
    },
    writeVariable(name, value) {
      const { section: where, offset } = place(name);
      const { map, bytes } = section(where);
      bytes.set(value, offset);
      update(system, map.fd, new Uint8Array(4), bytes);
    },
    printed: () => printed?.() ?? [],
    events: () => (sources ?? []).flatMap(({ map, source }) => source.read().map((data) => ({ map, data }))),
    close() {
      for (const { source } of sources ?? []) source.close();
      loaded.close();
    },
  };
}
