/**
 * Measurements as one table, with the suite's geometric means below it.
 *
 *     row program        -O   ours  goal   c19 anchor   K2 Merlin  ratio  verified      JIT bytes
 *       3 xdpexception   s      15    15    17     17   16     17   0.88    15 / 17       83 / 92
 */

import type { Measurement } from './measure.ts';
import { type Row, suite } from './suite.ts';

/** Geometric mean over rows; of the programs of one row first. */
export function geometricMean(
  ratios: readonly { readonly row: number; readonly ratio: number }[],
): number | null {
  const rows = new Map<number, number[]>();
  for (const { row, ratio } of ratios) rows.set(row, [...(rows.get(row) ?? []), ratio]);
  const mean = (list: readonly number[]): number =>
    Math.exp(list.reduce((sum, x) => sum + Math.log(x), 0) / list.length);
  return rows.size === 0 ? null : mean([...rows.values()].map(mean));
}

const columns = [3, -16, 2, 5, 5, 5, 6, 5, 6, 6, 12, 14, 14] as const;

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => (columns[at]! < 0 ? cell.padEnd(-columns[at]!) : cell.padStart(columns[at]!)))
    .join(' ')
    .trimEnd();

const show = (n: number | null): string => (n === null ? '' : String(n));
const pair = (a: number | null, b: number | null): string =>
  a === null && b === null ? '' : `${show(a)} / ${show(b)}`;

function cells(m: Measurement, row: Row | undefined): readonly string[] {
  const ratio = m.slots === null || m.c19 === null ? '' : (m.slots / m.c19).toFixed(2);
  const slots = m.slots === null ? '—' : m.slots <= m.goal ? String(m.slots) : `${m.slots}*`;
  return [
    String(m.row),
    m.program,
    m.mode,
    slots,
    String(m.goal),
    show(m.c19),
    show(m.anchor),
    show(row?.published.k2 ?? null),
    show(row?.published.merlin ?? null),
    ratio,
    pair(m.verified, m.verifiedC19),
    pair(m.jitBytes, m.jitBytesC19),
    m.nsNoise === null ? '' : `${pair(m.ns, m.nsC19)} ±${m.nsNoise}`,
  ];
}

export function meanOf(
  list: readonly Measurement[],
  ours: 'slots' | 'jitBytes' | 'ns',
  theirs: 'c19' | 'jitBytesC19' | 'nsC19',
): string {
  const ratios = list.flatMap((m) => {
    const [a, b] = [m[ours], m[theirs]];
    return a === null || b === null ? [] : [{ row: m.row, ratio: a / b }];
  });
  return geometricMean(ratios)?.toFixed(3) ?? '—';
}

/** The table as text; `*` marks what misses its goal. */
export function table(list: readonly Measurement[]): string {
  const head = [
    'row',
    'program',
    '-O',
    'ours',
    'goal',
    'c19',
    'anchor',
    'K2',
    'Merlin',
    'ratio',
    'verified',
    'JIT bytes',
    'ns',
  ];
  const body = list.map((m) =>
    line(
      cells(
        m,
        suite.find((r) => r.name === m.program),
      ),
    ),
  );
  const modes = [...new Set(list.map((m) => m.mode))];
  const means = modes.map((mode) => {
    const own = list.filter((m) => m.mode === mode);
    return `-O${mode}: slots ${meanOf(own, 'slots', 'c19')} of clang-19's, JIT bytes ${meanOf(own, 'jitBytes', 'jitBytesC19')}, ns ${meanOf(own, 'ns', 'nsC19')}`;
  });
  const errors = list.flatMap((m) => (m.error === null ? [] : [`${m.program} -O${m.mode}: ${m.error}`]));
  return [line(head), ...body, '', ...means, ...errors].join('\n');
}
