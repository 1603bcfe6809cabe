/**
 * What a run of a module can be seen to do, as one text: result, printed lines, maps and package variables. Passes
 * must not change it; tests compare it before and after.
 */

import { createMachine, evaluate } from './eval.ts';
import { testHelpers } from '../model/helpers/helpers.ts';
import type { Module } from './ir.ts';

export interface Observation {
  readonly text: string;
  /** Did the run end by itself, without trap or exhausted budget? */
  readonly complete: boolean;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** Runs an entry with a context of 64 bytes and further integer arguments. */
export function observe(
  module: Module,
  entry: string,
  args: readonly bigint[],
  endian: 'little' | 'big' = 'little',
): Observation {
  const log: string[] = [];
  const machine = createMachine(module, { helpers: testHelpers({ log }), endian, steps: 100_000 });
  const context = machine.memory.allocate(
    'context',
    Uint8Array.from({ length: 64 }, (_, i) => i * 7),
  );
  const outcome = evaluate(machine, entry, [context, ...args]);
  const lines = [outcome.kind === 'return' ? `return ${outcome.value}` : outcome.kind];
  if (outcome.kind === 'trap') lines.push(outcome.message);
  lines.push(...log);
  for (const [name, map] of machine.maps) {
    for (const key of map.keys())
      lines.push(`${name} ${hex(key)} ${hex(machine.memory.read(map.lookup(key), map.decl.valueSize))}`);
  }
  for (const g of module.globals.filter((d) => d.section !== '.rodata'))
    lines.push(`${g.name} ${hex(machine.memory.read(machine.globals.get(g.name)!, g.size))}`);
  return { text: lines.join('\n'), complete: outcome.kind !== 'trap' };
}
