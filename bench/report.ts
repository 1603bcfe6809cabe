/**
 * The measurements as one page with plots: slots, verified instructions, JIT bytes and nanoseconds of every program, as
 * parts of clang-19's.
 *
 *     npm run bench -- --report bench/report.html
 *
 * One file without scripts; the same measurements give the same bytes.
 */

import type { Measurement } from './measure.ts';
import { meanOf } from './table.ts';

const plots = [
  { title: 'Slots', ours: 'slots', theirs: 'c19' },
  { title: 'Verified instructions', ours: 'verified', theirs: 'verifiedC19' },
  { title: 'Bytes of machine code', ours: 'jitBytes', theirs: 'jitBytesC19' },
  { title: 'Nanoseconds of a run', ours: 'ns', theirs: 'nsC19' },
] as const satisfies readonly {
  readonly title: string;
  readonly ours: keyof Measurement;
  readonly theirs: keyof Measurement;
}[];

const names = { '2': '-O2', s: '-Os' } as const;
const size = { row: 22, label: 130, plot: 420, bar: 8 } as const;

const style = `body{font:14px sans-serif;margin:2em;max-width:60em}svg{display:block;margin:1em 0}
.o2{fill:#2b6cb0}.os{fill:#90cdf4}.one{stroke:#c53030}text{font-size:12px;fill:#222}
table{border-collapse:collapse}td,th{padding:2px 8px;text-align:right;border-bottom:1px solid #ddd}td:nth-child(2){text-align:left}`;

/** Bars of the quotients, with the line where both are equal. */
function bars(list: readonly Measurement[], plot: (typeof plots)[number]): string {
  const programs = [...new Set(list.map((m) => m.program))];
  const scale = size.plot / 1.5;
  const lines = programs.map((program, at) => {
    const y = at * size.row;
    const own = list.filter((m) => m.program === program);
    const drawn = own.map((m) => {
      const [ours, theirs] = [m[plot.ours], m[plot.theirs]];
      if (ours === null || theirs === null || theirs === 0) return '';
      const width = Math.min(ours / theirs, 1.5) * scale;
      const top = y + (m.mode === '2' ? 2 : 2 + size.bar);
      const kind = m.mode === '2' ? 'o2' : 'os';
      const label =
        m.mode === '2' ? `<text x="${size.label + width + 4}" y="${y + 14}">${ours} / ${theirs}</text>` : '';
      return `<rect class="${kind}" x="${size.label}" y="${top}" width="${width.toFixed(1)}" height="${size.bar}"/>${label}`;
    });
    return `<text x="0" y="${y + 14}">${program}</text>${drawn.join('')}`;
  });
  const height = programs.length * size.row;
  const one = size.label + scale;
  return `<svg width="${size.label + size.plot + 80}" height="${height}">${lines.join('\n')}
<line class="one" x1="${one}" x2="${one}" y1="0" y2="${height}"/></svg>`;
}

function figures(list: readonly Measurement[]): string {
  const head = ['row', 'program', '', 'slots', 'goal', 'clang-19', 'anchor', 'verified', 'JIT bytes', 'ns'];
  const cell = (text: string | number | null): string => `<td>${text ?? ''}</td>`;
  const pair = (a: number | null, b: number | null): string =>
    a === null && b === null ? '' : `${a} / ${b}`;
  const rows = list.map((m) =>
    [
      m.row,
      m.program,
      names[m.mode],
      m.slots,
      m.goal,
      m.c19,
      m.anchorBy === null ? m.anchor : `${m.anchor} (${m.anchorBy})`,
      pair(m.verified, m.verifiedC19),
      pair(m.jitBytes, m.jitBytesC19),
      pair(m.ns, m.nsC19),
    ]
      .map(cell)
      .join(''),
  );
  const titles = head.map((title) => `<th>${title}</th>`).join('');
  return `<table><tr>${titles}</tr>\n${rows.map((row) => `<tr>${row}</tr>`).join('\n')}</table>`;
}

export function report(list: readonly Measurement[]): string {
  const modes = [...new Set(list.map((m) => m.mode))];
  const means = modes.map((mode) => {
    const own = list.filter((m) => m.mode === mode);
    return `<p>${names[mode]}: slots ${meanOf(own, 'slots', 'c19')} of clang-19's, JIT bytes ${meanOf(own, 'jitBytes', 'jitBytesC19')}, ns ${meanOf(own, 'ns', 'nsC19')}</p>`;
  });
  const sections = plots.map(
    (plot) =>
      `<h2>${plot.title}</h2>\n<p>bpfc / clang-19; dark -O2, light -Os; the line is 1.</p>\n${bars(list, plot)}`,
  );
  return `<!doctype html>
<meta charset="utf-8">
<title>bpfc benchmark</title>
<style>${style}</style>
<h1>bpfc beside clang-19 -O2 -mcpu=v3</h1>
${means.join('\n')}
${sections.join('\n')}
<h2>Figures</h2>
${figures(list)}
`;
}
