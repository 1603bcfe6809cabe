/** `--time-passes` and `--stats`. */

import { slotsOf } from '../bpf/operands.ts';
import type { CompileResult } from '../compile.ts';
import type { Args } from './args.ts';
import { writeText } from './files.ts';
import { table } from './output.ts';

export function showTimes(args: Args, result: CompileResult): void {
  if (!args.values.has('time-passes') || result.reached === null) return;
  const rows = result.reached.timings.map((t) => [t.pass, `${t.ms.toFixed(2)} ms`]);
  writeText(2, table([['pass', 'time'], ...rows]));
}

export function showStats(args: Args, result: CompileResult): void {
  if (!args.values.has('stats') || result.machine === null) return;
  const rows = result.machine.funcs.map((f) => {
    const slots = f.blocks.flatMap((b) => b.body).reduce((sum, inst) => sum + slotsOf(inst), 0);
    return [f.name, String(slots), String(f.frameSize ?? 0)];
  });
  writeText(2, table([['function', 'slots', 'stack'], ...rows]));
}
