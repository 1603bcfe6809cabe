/** Runs golden programs in the kernel: load a plan, execute its run lines with BPF_PROG_TEST_RUN. */

import { programRow } from '../src/bpf/programs.ts';
import { loadObject, type NotLoadable } from '../src/kernel/object.ts';
import { type LoadPlan, loadPlan } from '../src/kernel/plan.ts';
import { type LoadResult, runProgram } from '../src/kernel/program.ts';
import type { System } from '../src/kernel/system.ts';
import { readBpfObject } from '../src/object/bpf-object.ts';
import { failureOf, inputBytes, type Outcome, type RunLine, stepsOf } from './run-lines.ts';

export interface Refusal {
  readonly program: string;
  readonly reason: string;
  readonly log: string;
}

/** Can the kernel execute this line? Functions by themselves it cannot. */
export function kernelRuns(line: RunLine): boolean {
  return line.input.kind !== 'call';
}

/** Program types of xdp and of the skb family take a packet, and at least an Ethernet header of it. */
const smallestPacket = 14;

/** What is loaded for every line anew: a plan, or the bytes of an object. */
export type Loadable = LoadPlan | Uint8Array;

interface Programs {
  readonly programs: ReadonlyMap<string, LoadResult | NotLoadable>;
  /** BPF_PROG_TYPE_ numbers. */
  readonly types: ReadonlyMap<string, number>;
  readonly close: () => void;
}

/** `only`: the programs that are wanted; null: all. */
function loadPrograms(system: System, what: Loadable, only: readonly string[] | null): Programs {
  const wanted = (name: string): boolean => only === null || only.includes(name);
  if (what instanceof Uint8Array) {
    const object = readBpfObject(what);
    const { programs, close } = loadObject(system, object, only === null ? {} : { only });
    const types = object.programs.map((p) => [p.name, programRow(p.section)?.row.typeId ?? 0] as const);
    return { programs, types: new Map(types), close };
  }
  const planned = what.programs.filter((p) => wanted(p.name));
  const { programs, close } = loadPlan(system, { ...what, programs: planned });
  return { programs, types: new Map(planned.map((p) => [p.name, p.type])), close };
}

function runStep(system: System, loaded: Programs, line: RunLine): Outcome | string {
  const program = loaded.programs.get(line.name);
  const type = loaded.types.get(line.name);
  if (program === undefined || type === undefined) return `no program ${line.name}`;
  if (!program.ok) return `refused: ${program.reason}`;
  const bytes = inputBytes(line);
  if (line.input.kind === 'data' && bytes.length < smallestPacket)
    return `a packet has at least ${smallestPacket} bytes`;
  const run = runProgram(
    system,
    program.fd,
    type,
    line.input.kind === 'data' ? { data: bytes } : { context: bytes },
  );
  return {
    ret: BigInt(run.result),
    result: null,
    context: line.input.kind === 'context' ? run.context : null,
    data: line.input.kind === 'data' ? run.data : null,
  };
}

function runLine(system: System, what: Loadable, line: RunLine): string | null {
  const loaded = loadPrograms(
    system,
    what,
    stepsOf(line).map((step) => step.name),
  );
  try {
    return failureOf(line, (step) => runStep(system, loaded, step));
  } finally {
    loaded.close();
  }
}

/** Does the verifier accept every program? What it refuses, with its log. */
export function refusals(system: System, what: Loadable): readonly Refusal[] {
  const loaded = loadPrograms(system, what, null);
  try {
    return [...loaded.programs].flatMap(([program, result]) =>
      result.ok ? [] : [{ program, reason: result.reason, log: result.log }],
    );
  } finally {
    loaded.close();
  }
}

/** The run lines that give something else than they say, each with fresh maps. */
export function failedRuns(system: System, what: Loadable, lines: readonly RunLine[]): readonly string[] {
  return lines.filter(kernelRuns).flatMap((line) => runLine(system, what, line) ?? []);
}
