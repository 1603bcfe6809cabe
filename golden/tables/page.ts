/**
 * The page golden/tables.md: the platform tables as a reader wants them, with what five kernels made of each row.
 *
 *     | ringbuf | bpf.RingBuf | … | 5.8 | loads | loads | loads | loads | loads |
 *
 * `npm run bless` writes it; a test compares it.
 */

import { contexts, type ContextField, type ContextRow } from '../../src/bpf/contexts.ts';
import { helperMatrix } from '../../src/bpf/helper-matrix.ts';
import {
  helperNames,
  helperPrograms,
  helpers,
  helperSignature,
  helperVerdict,
} from '../../src/bpf/helpers.ts';
import { type FeatureRow, features } from '../../src/bpf/kernels.ts';
import { type MapRow, maps } from '../../src/bpf/maps.ts';
import { type ProgramRow, programs } from '../../src/bpf/programs.ts';
import { exceptionOf, kernels, type Recorded, stateOf, type Verdicts } from './verdicts.ts';
import type { Table } from './rows.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |\n`;
  return line(heads) + line(heads.map(() => '---')) + rows.map(line).join('');
}

const words: Readonly<Record<string, string>> = { attached: 'attaches', loaded: 'loads', refused: '–' };

/** One kernel's verdict: what the row came to, with a mark where it is not what the tables expect. */
function verdictCells(name: Table, row: string, recorded: Recorded | undefined): readonly string[] {
  return kernels.map((kernel) => {
    const verdict = recorded?.[kernel];
    if (verdict === undefined) return '?';
    const mark = exceptionOf(name, row, kernel, recorded!) === null ? '' : '*';
    return `${words[stateOf(verdict)] ?? '?'}${mark}`;
  });
}

const range = ({ results }: ProgramRow): string =>
  results === null ? 'any' : results[0] === results[1] ? `${results[0]}` : `${results[0]}…${results[1]}`;

function programTable(verdicts: Verdicts): string {
  const rows = Object.entries<ProgramRow>(programs).map(([kind, row]) => [
    `\`${kind}\``,
    row.type,
    row.attachType ?? '',
    row.context === null ? '' : `bpf.${row.context}`,
    row.params === 'none' ? '' : row.params,
    range(row),
    `${row.defaultResult}`,
    `${row.abort}`,
    row.link,
    row.since,
    ...verdictCells('programs', kind, verdicts.programs[kind]),
  ]);
  const heads = [
    'kind',
    'type',
    'attach type',
    'context',
    'parameters',
    'results',
    'default',
    'abort',
    'link',
    'since',
  ];
  return table([...heads, ...kernels], rows);
}

function mapTable(verdicts: Verdicts): string {
  const rows = Object.entries<MapRow>(maps).map(([name, row]) => [
    `\`${name}\``,
    `bpf.${row.sdk}`,
    row.operations.join(', '),
    row.holds.join(', '),
    row.btf,
    row.sleepable ? 'yes' : '',
    row.since,
    ...verdictCells('maps', name, verdicts.maps[name]),
  ]);
  const heads = ['type', 'Go', 'operations', 'values may hold', 'BTF', 'sleepable', 'since'];
  return table([...heads, ...kernels], rows);
}

const matrixRows = Object.keys(helperMatrix);

/** Who may call a helper, in as few words as there are; what was only read is in brackets. */
function callers(name: (typeof helperRows)[number]): string {
  const allowed = helperPrograms(name);
  const named = (row: string): string => (helperVerdict(name, row).measured ? row : `(${row})`);
  const missing = matrixRows.filter((row) => !allowed.includes(row));
  if (missing.length === 0) return 'all';
  return missing.length < allowed.length
    ? `all but ${missing.map(named).join(', ')}`
    : allowed.map(named).join(', ');
}

const helperRows = helperNames();

function helperTable(verdicts: Verdicts): string {
  const rows = helperRows.map((name) => [
    `${helpers[name].id}`,
    `\`${helperSignature(name)}\``,
    helpers[name].gpl ? 'GPL' : '',
    helpers[name].since,
    callers(name),
    ...verdictCells('helpers', name, verdicts.helpers[name]),
  ]);
  return table(['number', 'prototype', 'licence', 'since', 'may be called by', ...kernels], rows);
}

const who = (list: readonly string[] | 'all' | undefined, none: string): string =>
  list === undefined ? none : list === 'all' ? 'all' : list.join(', ');

function contextTable(): string {
  const rows = Object.entries<ContextRow>(contexts).flatMap(([context, { fields }]) =>
    Object.entries<ContextField>(fields).map(([name, field]) => [
      `bpf.${context}`,
      `${name}${field.count === undefined ? '' : `[${field.count}]`}`,
      `${field.offset}`,
      `${field.width}${field.narrow === true ? ' or less' : ''}`,
      field.kind ?? 'scalar',
      who(field.read, 'all'),
      who(field.write, ''),
      field.since ?? '',
    ]),
  );
  return table(['context', 'field', 'offset', 'width', 'gives', 'read by', 'written by', 'since'], rows);
}

function featureTable(verdicts: Verdicts): string {
  const rows = Object.entries<FeatureRow>(features).map(([name, row]) => [
    name,
    row.doc,
    row.instead ?? '',
    row.since,
    ...(verdicts.features[name] === undefined
      ? kernels.map(() => '')
      : verdictCells('features', name, verdicts.features[name])),
  ]);
  return table(['feature', 'what it is', 'instead, on older kernels', 'since', ...kernels], rows);
}

function exceptionTable(verdicts: Verdicts): string {
  const rows = Object.entries(verdicts).flatMap(([name, list]: readonly [string, Verdicts[Table]]) =>
    Object.entries(list).flatMap(([row, recorded]) =>
      kernels.flatMap((kernel) => {
        const exception = exceptionOf(name as Table, row, kernel, recorded);
        return exception === null ? [] : [[name, row, kernel, recorded[kernel] ?? '', exception.why]];
      }),
    ),
  );
  return table(['table', 'row', 'kernel', 'it says', 'why'], rows);
}

export function tablesPage(verdicts: Verdicts): string {
  return `# The platform tables

Generated by golden/tables/page.ts (\`npm run bless\`) from the tables in src/bpf and from golden/tables/verdicts.json, which
\`npm run test:kernels -- --record\` writes. Every row of the first three tables, and every feature that shows in a program,
has a small Go program in golden/tables/*.go; the last five columns say what Linux ${kernels.join(', ')} made of its
object: it \`attaches\` (to the loopback interface, the root cgroup, malloc, …), it \`loads\`, or is refused (–). A star:
not what the column \`since\` lets one expect, the last table says why. \`npm run test:kernels\` asks the kernels again.

| column | measured, or read in |
| --- | --- |
| the five kernels | measured: golden/tables/*.go, loaded |
| results, default, abort | measured: scripts/tables/results.ts |
| context fields, their widths, who reads and writes them | measured: scripts/tables/contexts.ts, one program an access |
| who may call a helper | measured: scripts/tables/helpers.ts, one program a call; in brackets: read in net/core/filter.c, kernel/bpf/cgroup.c, kernel/trace/bpf_trace.c, drivers/media/rc/bpf-lirc.c and their neighbours |
| prototypes, numbers | read in include/uapi/linux/bpf.h (bpf_helper_defs.h), by scripts/gen-helpers.ts |
| licence, argument kinds | read in the bpf_func_proto rows of kernel/bpf, kernel/trace, net; licence and kinds are what the verifier of the five kernels accepts in golden/tables/helpers.go |
| since | read in the commits that added the row; agrees with what the five kernels accept and refuse |

## Programs

${programTable(verdicts)}
## Maps

${mapTable(verdicts)}
## Helpers

${helperTable(verdicts)}
## Contexts

${contextTable()}
## Features

${featureTable(verdicts)}
## Where a kernel does otherwise

${exceptionTable(verdicts)}`;
}
