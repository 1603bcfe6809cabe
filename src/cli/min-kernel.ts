/**
 * `bpfc check --min-kernel`: the oldest kernel that has all that a program uses, and the lines that ask for it.
 *
 *     filter.go:12:7: bpf.RingbufReserve needs Linux 5.8
 *     filter.go needs Linux 5.8
 *
 * Which helpers and instructions are used depends on the target. The first target that compiles, from the oldest on, is
 * what counts, unless one is given.
 */

import { reachableFuncs } from '../bpf/encode.ts';
import { compareKernels, newestKernel } from '../bpf/kernels.ts';
import { type CompileResult, compile } from '../compile.ts';
import { kernelReasons, type Reason } from '../kernel/needs.ts';
import type { Args } from './args.ts';
import { compileOptions } from './compile.ts';
import { writeText } from './files.ts';
import { showDiagnostics } from './output.ts';
import { gather } from './sources.ts';

/** Targets to try: where the tables' versions lie closest. */
const targets = [
  '4.18',
  '5.2',
  '5.4',
  '5.8',
  '5.10',
  '5.13',
  '5.15',
  '5.18',
  '6.1',
  '6.4',
  '6.6',
  '6.12',
  '6.18',
  '7.3',
];

function compileForOldest(args: Args): CompileResult {
  const options = compileOptions(args, 'object');
  const source = gather(args.files);
  const tried = options.targetKernel === null ? targets : [options.targetKernel];
  let last: CompileResult | null = null;
  for (const targetKernel of tried) {
    last = compile({ ...source, options: { ...options, targetKernel } });
    if (last.machine !== null && last.artifact !== null) return last;
  }
  return last ?? compile({ ...source, options });
}

/** What asks for the newest kernel, each once a place. */
function newest(reasons: readonly Reason[]): { readonly since: string; readonly because: readonly Reason[] } {
  const since = newestKernel(reasons.map((r) => r.since));
  const seen = new Set<string>();
  const because = reasons.filter((r) => {
    const key = `${r.what} ${r.pos?.file} ${r.pos?.line}`;
    if (compareKernels(r.since, since) !== 0 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return { since, because };
}

export function showMinKernel(args: Args): number {
  const result = compileForOldest(args);
  const { machine, files } = result;
  if (machine === null || result.artifact === null) {
    showDiagnostics(result.diagnostics, result.files, args);
    return 1;
  }
  const reasons = machine.module.programs.flatMap((program) =>
    kernelReasons(machine.module, program, reachableFuncs(machine, program.name)),
  );
  const { since, because } = newest(reasons);
  const lines = because.map(({ what, pos }) => {
    const file = pos === null || pos.line === 0 ? undefined : files[pos.file];
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
