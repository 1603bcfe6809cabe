/**
 * Random programs for other kernels: what Go gives as run lines, which `npm run test:kernels -- --fuzz FROM:COUNT`
 * loads and executes on each. For kernels without syscall programs there is a tracepoint twin.
 */

import { type GoldenProgram, tracepointTwin } from '../../golden/compiled.ts';
import type { RunLine } from '../../golden/run-lines.ts';
import { toHex } from '../../src/kernel/plan.ts';
import { prepare } from './batch.ts';
import type { Combination } from './execute.ts';
import { contextBytes, type Input } from './inputs.ts';
import { runNatively } from './native.ts';
import { goFile } from './text.ts';

export interface Sample {
  readonly program: GoldenProgram;
  readonly twin: GoldenProgram | null;
  readonly combination: Combination;
}

/** Every run loads the program anew. */
const runsPerSample = 3;

function runLine(input: Input, line: string): RunLine | null {
  const match = /^ret=(-?\d+) ctx=([0-9a-f]+) /.exec(line);
  if (match === null) return null;
  return {
    text: `Main(a=${input.a}, b=${input.b})`,
    name: 'Main',
    input: { kind: 'context', hex: toHex(contextBytes(input)) },
    expected: { ret: Number(match[1]) >>> 0, result: null, context: match[2] ?? null, data: null },
  };
}

export function samples(from: number, count: number): readonly Sample[] {
  const prepared = Array.from({ length: count }, (_, i) => prepare(from + i));
  const native = runNatively(
    prepared.map(({ generated, inputs }) => ({
      tree: generated.tree,
      maps: generated.maps,
      inputs: inputs.slice(0, runsPerSample),
    })),
  );
  return prepared.map(({ generated, combination, inputs }, i): Sample => {
    const result = native[i];
    const lines = result?.kind === 'ran' ? result.lines : [];
    const text = goFile(generated.tree, '');
    const path = `seed ${generated.seed}`;
    const runs = lines.map((line, k) => {
      const input = inputs[k];
      return input === undefined ? null : runLine(input, line);
    });
    const program = {
      path,
      source: { files: [{ name: `${path}.go`, text }] },
      runs: runs.filter((r) => r !== null),
    };
    const plain = text.replace('//bpf:panic 0x7fffffff\n', '');
    const twin = tracepointTwin({ ...program, source: { files: [{ name: `${path}.go`, text: plain }] } });
    return { program, twin, combination };
  });
}
