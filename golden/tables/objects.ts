/**
 * Objects of the tables' rows and of the examples, as test:kernels carries them to other kernels: compiled for the oldest
 * kernel that will do, with that kernel beside each program.
 *
 *     { id: 'maps ringbuf', object: '7f454c46…', needs: { Ringbuf: '5.8' }, … }
 */

import { readdirSync, statSync } from 'node:fs';
import { must } from '../../src/base/assert.ts';
import { reachableFuncs } from '../../src/bpf/encode.ts';
import { newestKernel, supports } from '../../src/bpf/kernels.ts';
import { type MapRow, maps } from '../../src/bpf/maps.ts';
import { gather } from '../../src/cli/sources.ts';
import { type CompileInput, type CompileResult, compile } from '../../src/compile.ts';
import { kernelReasons } from '../../src/kernel/needs.ts';
import { describeErrors } from '../compiled.ts';
import { type TableRow, tableRows, tables } from './rows.ts';

export interface ObjectItem {
  readonly id: string;
  /** ELF in hexadecimal. */
  readonly object: string;
  /** First kernel of each program, by the tables. */
  readonly needs: Readonly<Record<string, string>>;
  readonly row: Pick<TableRow, 'table' | 'name'> | null;
}

/** Targets to try, the oldest first: the kernels of test:kernels and what lies between. */
const targets = ['5.10', '5.15', '5.19', '6.1', '6.6', '6.12', '6.18', '7.3'] as const;

/** By program, what the tables say it needs; of an object without programs, by '', what its maps need. */
export function needsOf(result: CompileResult): Readonly<Record<string, string>> {
  const machine = must(result.machine, 'machine code');
  const { module } = machine;
  const rows: Readonly<Record<string, MapRow>> = maps;
  if (module.programs.length === 0)
    return { '': newestKernel(module.maps.flatMap((map) => rows[map.type]?.since ?? [])) };
  return Object.fromEntries(
    module.programs.map((program) => {
      const reasons = kernelReasons(module, program, reachableFuncs(machine, program.name));
      return [program.name, newestKernel(reasons.map((r) => r.since))];
    }),
  );
}

/** Compiled for the oldest of the targets from `from` on that will do; a string: the errors. */
export function objectOf(
  input: CompileInput,
  from: string,
): { readonly object: Uint8Array; readonly result: CompileResult } | string {
  let errors = '';
  for (const targetKernel of targets.filter((target) => supports(target, from))) {
    const result = compile({ ...input, options: { emit: 'object', targetKernel } });
    if (result.artifact instanceof Uint8Array) return { object: result.artifact, result };
    errors = describeErrors(result);
  }
  return errors;
}

function item(
  id: string,
  input: CompileInput,
  row: ObjectItem['row'],
  from: string = targets[0],
): ObjectItem | string {
  const made = objectOf(input, from);
  if (typeof made === 'string') return `${id}: ${made}`;
  return { id, object: Buffer.from(made.object).toString('hex'), needs: needsOf(made.result), row };
}

/** Packages below examples/: folders with Go files, and the single files. */
function examples(folder: string): readonly string[] {
  const names = readdirSync(folder).sort();
  const files = names.filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'));
  const inner = names.filter((name) => statSync(`${folder}/${name}`).isDirectory());
  const own = files.length === 0 ? [] : folder === 'examples' ? files.map((f) => `${folder}/${f}`) : [folder];
  return [...own, ...inner.flatMap((name) => examples(`${folder}/${name}`))];
}

function exampleInput(path: string): CompileInput {
  if (path.endsWith('.go')) return gather([path]);
  const names = readdirSync(path).filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'));
  return gather(names.sort().map((name) => `${path}/${name}`));
}

/** A package that only others import has no programs. */
const hasPrograms = (made: ObjectItem | string): boolean =>
  typeof made === 'string' || Object.keys(made.needs).some((name) => name !== '');

export function exampleObjects(): readonly (ObjectItem | string)[] {
  return examples('examples')
    .map((path) => item(path, exampleInput(path), null))
    .filter(hasPrograms);
}

/** `known`: the first kernel of a row where that is known already, which spares the tries below. */
export function rowObjects(
  known: (row: TableRow) => string | undefined = () => undefined,
): readonly (ObjectItem | string)[] {
  return tables.flatMap((table) =>
    tableRows(table).map((row) => {
      const { name, source } = row;
      return item(`${table} ${name}`, { files: [source] }, { table, name }, known(row));
    }),
  );
}
