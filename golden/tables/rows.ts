/**
 * The golden programs of the platform tables: one row, one small Go program. The three files beside this one hold them,
 * each a Go package by itself; a row's own source is what all rows of its file share and then the row's part.
 *
 *     // ---- ringbuf          or, in programs.go,   //bpf:attach xdp/devmap
 *     var events = …                                func XdpDevmap(ctx *bpf.XDP) …
 *
 * Invariant (tables.test.ts): every row of src/bpf/programs.ts, maps.ts and helpers.ts has exactly one part, in order.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../src/base/assert.ts';
import { programRow } from '../../src/bpf/programs.ts';
import type { SourceText } from '../../src/compile.ts';

export const tables = ['programs', 'maps', 'helpers', 'features'] as const;
export type Table = (typeof tables)[number];

export interface TableRow {
  readonly table: Table;
  /** The table's name for it: `xdp/devmap`, `ringbuf`, `get_current_comm`. */
  readonly name: string;
  readonly source: SourceText;
}

/** How a part begins; the name of a program's row is its attach kind, without the target. */
const heads: Readonly<Record<Table, RegExp>> = {
  programs: /^\/\/bpf:attach (\S+)$/gm,
  maps: /^\/\/ ---- (\S+)$/gm,
  helpers: /^\/\/ ---- (\S+)$/gm,
  features: /^\/\/ ---- (\S+)$/gm,
};

export const tablePath = (table: Table): string => join(import.meta.dirname, `${table}.go`);

const nameOf = (table: Table, head: string): string =>
  table === 'programs' ? must(programRow(head), head).kind : head;

/** A file's rows. Positions in a row's source are those of the file: what other rows say is blank. */
export function tableRows(table: Table): readonly TableRow[] {
  const text = readFileSync(tablePath(table), 'utf8');
  const parts = [...text.matchAll(heads[table])];
  const shared = text.slice(0, parts[0]?.index);
  return parts.map((part, i): TableRow => {
    const end = parts[i + 1]?.index ?? text.length;
    const others = text.slice(shared.length, part.index).replace(/[^\n]/g, '');
    const source = { name: `${table}.go`, text: `${shared}${others}${text.slice(part.index, end)}` };
    return { table, name: nameOf(table, part[1] ?? ''), source };
  });
}
