/**
 * The platform tables and their golden programs: every row has one, all compile, this kernel and the four recorded ones
 * take and refuse what the `since` columns say, the page is current, and the generated Go programs build.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must } from '../../src/base/assert.ts';
import { helperGoName, helperNames, helpers } from '../../src/bpf/helpers.ts';
import { type FeatureName, features, supports } from '../../src/bpf/kernels.ts';
import { maps } from '../../src/bpf/maps.ts';
import { programs } from '../../src/bpf/programs.ts';
import { compile } from '../../src/compile.ts';
import { readBpfObject } from '../../src/object/bpf-object.ts';
import { rowVerdict } from '../../scripts/tables/compare.ts';
import { objectVerdicts } from '../../scripts/tables/verdicts.ts';
import { describeErrors } from '../compiled.ts';
import { type GoFolder, goFolder } from '../go-tool.ts';
import { kernelSystem, requires } from '../requires.ts';
import { type ObjectItem, rowObjects } from './objects.ts';
import { tablesPage } from './page.ts';
import { type Table, tablePath, tableRows, tables } from './rows.ts';
import { complaint, idleExceptions, kernelOf, kernels, readVerdicts, stateOf } from './verdicts.ts';

const pagePath = join(import.meta.dirname, '..', 'tables.md');
const verdicts = readVerdicts();

/** Features that no program shows, and why. */
const invisible: Partial<Readonly<Record<FeatureName, string>>> = {
  million_instructions: 'the verifier’s limit for privileged users',
  mmapable_array: 'how the loader makes the maps of package variables',
  global_functions: 'functions are static for the verifier',
  batch_map_ops: 'for user space',
  bpf_link: 'for user space',
  core_enum64: 'resolved by the loader',
  kptrs: 'the row kptr_xchg of the helpers',
  iterators: 'below 6.4 the same loops are bpf_loop’s',
  cpu_v4: 'chosen with --cpu, tested by the golden programs at every level',
  may_goto: 'bpf_loop and iterators do its work',
  packet_pointers_die_at_tail_calls: 'a check that became stricter',
};

const rowNames: Readonly<Record<Table, readonly string[]>> = {
  programs: Object.keys(programs),
  maps: Object.keys(maps),
  helpers: helperNames(),
  features: Object.keys(features).filter((name) => !(name in invisible)),
};

test.each(tables)('every row of %s has a program, in order', (table) => {
  expect(tableRows(table).map(({ name }) => name)).toEqual(rowNames[table]);
});

test('a feature shows in a program or is known not to', () => {
  expect(Object.keys(invisible).filter((name) => !(name in features))).toEqual([]);
});

let objects: readonly ObjectItem[] = [];

/** `call N`: opcode 0x85 without registers. */
function callsHelper(code: Uint8Array, id: number): boolean {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let at = 0; at < code.length; at += 8)
    if (view.getUint32(at, true) === 0x85 && view.getInt32(at + 4, true) === id) return true;
  return false;
}

const canLoad = await requires('kernel');

describe('the golden programs', () => {
  test('compile', () => {
    const made = rowObjects(({ table, name }) => verdicts[table][name]?.needs);
    expect(made.filter((object) => typeof object === 'string')).toEqual([]);
    objects = made.filter((object) => typeof object !== 'string');
  });

  test('call the helper that they are for', () => {
    const numbers: Readonly<Record<string, { readonly id: number }>> = helpers;
    const silent = objects.filter(({ object, row }) => {
      if (row?.table !== 'helpers') return false;
      const wanted = must(numbers[row.name], row.name).id;
      const { programs } = readBpfObject(new Uint8Array(Buffer.from(object, 'hex')));
      return !programs.some(({ code }) => callsHelper(code, wanted));
    });
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  test('need the kernels that were recorded', () => {
    const needs = objects.map(({ row, needs }) => ({ row, needs: Object.values(needs) }));
    const wrong = needs.filter(
      ({ row, needs }) => row !== null && !needs.includes(verdicts[row.table][row.name]?.needs ?? ''),
    );
    expect(wrong).toEqual([]);
  });

  test.skipIf(!canLoad)('are taken and refused by this kernel as recorded', async () => {
    const system = await kernelSystem();
    const kernel = kernelOf(system.release);
    const wrong = objects.flatMap(({ id, object, row }) => {
      if (row === null) return [];
      const read = readBpfObject(new Uint8Array(Buffer.from(object, 'hex')));
      const found = rowVerdict(objectVerdicts(system, read, row.table === 'programs'));
      const recorded = verdicts[row.table][row.name];
      if (kernel !== null && recorded !== undefined)
        return stateOf(found) === stateOf(recorded[kernel] ?? '') ? [] : [`${id}: ${found}`];
      // A kernel of another series: only what it is too old for is certain.
      return [];
    });
    expect(wrong).toEqual([]);
  });
});

describe('the recorded verdicts', () => {
  test.each(tables)('%s agree with the tables', (table) => {
    const wrong = Object.entries(verdicts[table]).flatMap(([name, recorded]) =>
      kernels.flatMap((kernel) => {
        const why = complaint(table, name, kernel, recorded);
        return why === null ? [] : [`${name} on ${kernel}: ${why}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('are of all rows, and no exception is idle', () => {
    for (const table of tables) expect(Object.keys(verdicts[table]), table).toEqual(rowNames[table]);
    expect(idleExceptions(verdicts)).toEqual([]);
  });

  test('the page shows them', () => {
    const page = tablesPage(verdicts);
    if (process.env.BPFC_BLESS === '1') writeFileSync(pagePath, page);
    expect(existsSync(pagePath) ? readFileSync(pagePath, 'utf8') : '', 'npm run bless').toBe(page);
  });
});

test('a row’s minimum is its own first kernel, where nothing else is as new', () => {
  const own: Readonly<Record<Table, (name: string) => string | undefined>> = {
    programs: (name) => Object.entries(programs).find(([kind]) => kind === name)?.[1].since,
    maps: (name) => Object.entries(maps).find(([type]) => type === name)?.[1].since,
    helpers: (name) => Object.entries(helpers).find(([helper]) => helper === name)?.[1].since,
    features: (name) => Object.entries(features).find(([feature]) => feature === name)?.[1].since,
  };
  const older = tables.flatMap((table) =>
    Object.entries(verdicts[table])
      .filter(([name, { needs }]) => !supports(needs, own[table](name) ?? ''))
      .map(([name, { needs }]) => `${table} ${name}: ${needs}`),
  );
  // Types are loaded where the kernel takes them, and left out where not.
  expect(older).toEqual(['features btf: 3.19']);
});

describe.skipIf(!(await requires('go')))('as Go programs', () => {
  let go: GoFolder;
  beforeAll(() => {
    go = goFolder('tables');
  });
  afterAll(() => go?.remove());

  // vet type-checks what go build compiles, and more.
  test.each(tables)('%s build', { timeout: 120_000 }, (table) => {
    // Tables of functions are without links, so that 5.10 takes them; Go programs want links.
    const text = readFileSync(tablePath(table), 'utf8').replace(
      /^\t\},\n\}\n\n(?=\/\/bpf:attach struct_ops)/gm,
      '\t},\n\tLink: true,\n}\n\n',
    );
    const source = { name: `${table}.go`, text };
    const result = compile({
      files: [source],
      options: { emit: 'go', goPackage: table, targetKernel: '7.3', embed: true },
    });
    if (typeof result.artifact !== 'string') throw new Error(describeErrors(result));
    mkdirSync(join(go.dir, table), { recursive: true });
    writeFileSync(join(go.dir, table, `${table}.go`), result.artifact);
    go.go('vet', `./${table}`);
  });
});

test('the names of helpers are those of their functions', () => {
  const text = readFileSync(tablePath('helpers'), 'utf8');
  const missing = helperNames().filter((name) => !text.includes(`func ${helperGoName(name)}(`));
  expect(missing).toEqual([]);
});
