/**
 * `bpfc check --min-kernel`: the oldest kernel that has all that a program uses, and the lines that ask for it.
 *
 *     filter.go:12:7: bpf.RingbufReserve needs Linux 5.8
 *     filter.go needs Linux 5.8
 */

import { minimumKernel } from '../kernel/minimum.ts';
import type { Args } from './args.ts';
import { compileOptions } from './compile.ts';
import { writeText } from './files.ts';
import { showDiagnostics } from './output.ts';
import { gather } from './sources.ts';

export function showMinKernel(args: Args): number {
  const minimum = minimumKernel(gather(args.files), compileOptions(args, 'object'));
  if (!('since' in minimum)) {
    showDiagnostics(minimum.diagnostics, minimum.files, args);
    return 1;
  }
  const { since, because, result } = minimum;
  const lines = because.map(({ what, pos }) => {
    const file = pos === null || pos.line === 0 ? undefined : result.files[pos.file];
    const place = file === undefined || pos === null ? '' : `${file.name}:${pos.line}:${pos.col}`;
    return { what, place };
  });
  if (args.values.has('json'))
    writeText(1, `${JSON.stringify({ minKernel: since, because: lines }, null, 2)}\n`);
  else {
    for (const { what, place } of lines)
      writeText(1, `${place === '' ? '' : `${place}: `}${what} needs Linux ${since}\n`);
    writeText(1, `${args.files.join(' ')} needs Linux ${since}\n`);
  }
  return 0;
}
