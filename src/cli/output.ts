/** What commands print: diagnostics in text or JSON, colours, tables. */

import { styleText } from 'node:util';
import type { Diagnostic } from '../base/diagnostic.ts';
import { diagnosticJson, formatDiagnostic, type Paint, plain } from '../base/format.ts';
import type { SourceFile } from '../base/source.ts';
import type { Args } from './args.ts';
import { writeText } from './files.ts';

/** At most this many errors are shown; more say how many. */
const maxShown = 10;

const styles = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  note: 'cyan',
  help: 'green',
  strong: 'bold',
  dim: 'dim',
} as const;

const colored: Paint = (style, text) => styleText([...[styles[style]].flat()], text);

/** Colours as `--color`, NO_COLOR and the terminal say. */
export function paintFor(args: Args): Paint {
  const when = args.values.get('color') ?? 'auto';
  const auto = process.stderr.isTTY === true && !process.env.NO_COLOR;
  return when === 'always' || (when === 'auto' && auto) ? colored : plain;
}

/** Shows diagnostics on stderr (or as one JSON array on stdout); true when there was an error. */
export function showDiagnostics(
  list: readonly Diagnostic[],
  files: readonly SourceFile[],
  args: Args,
): boolean {
  const failed = list.some((d) => d.severity === 'error');
  const chosen = args.values.has('quiet') ? list.filter((d) => d.severity === 'error') : list;
  if (args.values.has('json')) {
    if (args.command === 'check' || failed)
      writeText(
        1,
        `${JSON.stringify(
          chosen.map((d) => diagnosticJson(d, files)),
          null,
          2,
        )}\n`,
      );
    return failed;
  }
  const paint = paintFor(args);
  for (const d of chosen.slice(0, maxShown)) writeText(2, `${formatDiagnostic(d, files, paint)}\n`);
  if (chosen.length > maxShown) writeText(2, `bpfc: ${chosen.length - maxShown} more not shown\n`);
  return failed;
}

/** Columns padded to their widest cell, two spaces between; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
