/** Random programs in the kernel: loaded once, run on every input with maps and package variables as at the start. */

import { readFileSync, writeFileSync } from 'node:fs';
import { must } from '../../src/base/assert.ts';
import { entries, remove, update } from '../../src/kernel/map.ts';
import { fromHex, type LoadPlan, loadPlan, toHex } from '../../src/kernel/plan.ts';
import { runProgram } from '../../src/kernel/program.ts';
import type { System } from '../../src/kernel/system.ts';
import { printedText, tracefs } from '../../src/kernel/trace.ts';
import { contextBytes, type Input } from './inputs.ts';
import { type MapContent, observed } from './observation.ts';

export type KernelResult =
  | { readonly kind: 'ran'; readonly lines: ReadonlyMap<Input, string> }
  | { readonly kind: 'rejected'; readonly reason: string; readonly log: string };

const arrayType = 2;
const syscallType = 31;

/** Brings data sections and maps back to their start. */
function reset(system: System, plan: LoadPlan, fds: ReadonlyMap<string, number>): void {
  for (const map of plan.maps) {
    const fd = must(fds.get(map.name), map.name);
    if (map.readOnly) continue;
    if (map.content !== null) update(system, fd, new Uint8Array(4), fromHex(map.content));
    else if (map.type === arrayType) {
      for (let i = 0; i < map.maxEntries; i++)
        update(system, fd, new Uint8Array(new Uint32Array([i]).buffer), new Uint8Array(map.valueSize));
    } else {
      const keys = [...entries(system, fd, map.keySize, map.valueSize)].map(([key]) => key);
      for (const key of keys) remove(system, fd, key);
    }
  }
}

function contents(system: System, plan: LoadPlan, fds: ReadonlyMap<string, number>): readonly MapContent[] {
  return plan.maps
    .filter((map) => map.content === null)
    .map((map) => ({
      name: map.name,
      entries: [...entries(system, must(fds.get(map.name), map.name), map.keySize, map.valueSize)].map(
        ([key, value]) => [toHex(key), toHex(value)] as const,
      ),
    }));
}

/** What our process printed since the mark; the trace is read without taking lines from other readers. */
function logSince(mark: string): readonly string[] {
  const text = readFileSync(`${tracefs()}/trace`, 'utf8');
  const own = text
    .slice(text.lastIndexOf(mark))
    .split('\n')
    .filter((line) => line.includes(`-${process.pid} `));
  return own.map(printedText).filter((line) => line !== null);
}

let marks = 0;

export function runInKernel(
  system: System,
  plan: LoadPlan,
  inputs: readonly Input[],
  withLog: boolean,
): KernelResult {
  const loaded = loadPlan(system, plan);
  try {
    const program = must(loaded.programs.get('Main'), 'Main');
    if (!program.ok) return { kind: 'rejected', reason: program.reason, log: program.log };
    const lines = new Map<Input, string>();
    for (const input of inputs) {
      reset(system, plan, loaded.maps);
      const mark = `bpfc-fuzz-${process.pid}-${marks++}`;
      if (withLog) writeFileSync(`${tracefs()}/trace_marker`, mark);
      const run = runProgram(system, program.fd, syscallType, { context: contextBytes(input) });
      const seen = observed({
        ret: run.result | 0,
        context: run.context,
        maps: contents(system, plan, loaded.maps),
        log: withLog ? logSince(mark) : null,
      });
      lines.set(input, seen.line);
    }
    return { kind: 'ran', lines };
  } finally {
    loaded.close();
  }
}
