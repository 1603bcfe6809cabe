/**
 * Random Go programs of bench/fuzz, compiled, in the embedded machine and in the kernel: they panic, use maps, strings
 * and callbacks as the compiler makes them. No Go tool is asked: what they mean is bench/fuzz's matter.
 */

import type { Machine } from '../../passes/pass.ts';
import { must } from '../../src/base/assert.ts';
import type { PReg } from '../../src/bpf/minst.ts';
import { compile } from '../../src/compile.ts';
import { planModule, toHex } from '../../src/kernel/plan.ts';
import type { System } from '../../src/kernel/system.ts';
import { testHelpers } from '../../src/model/helpers/helpers.ts';
import { createVm } from '../../src/vm/machine.ts';
import { prepare } from '../fuzz/batch.ts';
import { contextBytes, type Input } from '../fuzz/inputs.ts';
import { runInKernel } from '../fuzz/kernel.ts';
import { observed } from '../fuzz/observation.ts';
import { goFile } from '../fuzz/text.ts';
import type { FoundFailure, SeedsResult } from './seeds.ts';

/** A run from the start, as one line of text. */
function runHere({ funcs, module }: Machine<PReg>, input: Input): string {
  const vm = createVm({ funcs, module, helpers: testHelpers({ log: [] }), fuel: 5_000_000 });
  const context = contextBytes(input);
  const outcome = vm.run('Main', [vm.memory.allocate('context', context)]);
  if (outcome.kind === 'fault') return `fault: ${outcome.message} in ${outcome.func}`;
  const maps = [...vm.maps].map(([name, map]) => ({
    name,
    entries: map
      .keys()
      .map((key) => [toHex(key), toHex(vm.memory.read(map.lookup(key), map.decl.valueSize))] as const),
  }));
  return observed({ ret: Number(BigInt.asIntN(32, outcome.value)), context, maps, log: null }).line;
}

type Result = 'over-limit' | { readonly runs: number; readonly failures: readonly FoundFailure[] };

function examine(system: System, seed: number): Result {
  const { generated, combination, inputs } = prepare(seed);
  const { machine } = compile({
    files: [{ name: 'fuzz.go', text: goFile(generated.tree, '') }],
    options: { ...combination, emit: 'object', targetKernel: '6.12' },
  });
  if (machine === null) return 'over-limit';
  const kernel = runInKernel(system, planModule(machine, 'little'), inputs, false);
  if (kernel.kind === 'rejected') return 'over-limit';
  const failures = inputs.flatMap((input) => {
    const [want, got] = [must(kernel.lines.get(input), 'a run'), runHere(machine, input)];
    const detail = `a=${input.a} b=${input.b}\n  kernel  ${want}\n  machine ${got}`;
    return want === got ? [] : [{ seed, kind: 'mismatch' as const, signature: 'a Go program', detail }];
  });
  return { runs: inputs.length, failures: failures.slice(0, 1) };
}

export function runGoSeeds(system: System, from: number, count: number): SeedsResult {
  const failures: FoundFailure[] = [];
  const constructs: Record<string, number> = {};
  let [runs, notLoaded] = [0, 0];
  for (let seed = from; seed < from + count; seed++) {
    for (const name of prepare(seed).generated.constructs) constructs[name] = (constructs[name] ?? 0) + 1;
    const result = examine(system, seed);
    if (result === 'over-limit') notLoaded++;
    else {
      runs += result.runs;
      failures.push(...result.failures);
    }
  }
  return { programs: count, runs, notLoaded, wrongThere: 0, constructs, failures };
}
