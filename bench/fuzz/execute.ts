/**
 * One program through the compiler and its executions here: the SSA evaluator after lowering, after the last pass
 * (or every one), the embedded machine, the kernel. The first that differs from Go is told.
 */

import type { Machine } from '../../passes/pass.ts';
import { must } from '../../src/base/assert.ts';
import { formatDiagnostic } from '../../src/base/format.ts';
import type { PReg } from '../../src/bpf/minst.ts';
import { type CompileOptions, compile } from '../../src/compile.ts';
import { createMachine, evaluate } from '../../src/ir/eval.ts';
import type { Module } from '../../src/ir/ir.ts';
import { formatProblem, verifyModule } from '../../src/ir/verify.ts';
import { testHelpers } from '../../src/model/helpers/helpers.ts';
import type { ModelMap } from '../../src/model/maps/map.ts';
import type { Memory } from '../../src/model/memory.ts';
import { planModule, toHex } from '../../src/kernel/plan.ts';
import type { System } from '../../src/kernel/system.ts';
import { createVm } from '../../src/vm/machine.ts';
import { contextBytes, type Input } from './inputs.ts';
import { runInKernel } from './kernel.ts';
import { agrees, type MapContent, observed } from './observation.ts';

export interface Combination {
  readonly optimize: CompileOptions['optimize'];
  readonly cpu: CompileOptions['cpu'];
}

export interface Failure {
  /**
   * crash: the compiler threw. refused: it has errors for a program that Go accepts. go: Go refuses what it accepts.
   * rejected: by the verifier. mismatch: something else than in Go.
   */
  readonly kind: 'crash' | 'refused' | 'go' | 'rejected' | 'mismatch';
  /** What is equal for the same bug: where it shows, or a message without numbers. */
  readonly signature: string;
  readonly detail: string;
}

export interface Examination {
  readonly text: string;
  readonly inputs: readonly Input[];
  readonly combination: Combination;
  /** What Go gave for each input; null: only crashes, errors and rejections count. */
  readonly expected: readonly string[] | null;
  readonly everyPass: boolean;
  /** null: no kernel to ask. */
  readonly system: System | null;
  /** The kernel's trace lines are compared too; slow. */
  readonly kernelLog: boolean;
  /** Names of the passes that run instead of the pipeline's; null: the pipeline's. */
  readonly passes: readonly string[] | null;
  /** Called with the name of every rewrite rule that is applied. */
  readonly onRule: ((name: string) => void) | null;
}

/** Nothing is asked but whether it compiles. */
export const compiles = {
  expected: null,
  everyPass: false,
  system: null,
  kernelLog: false,
  passes: null,
  onRule: null,
} as const satisfies Partial<Examination>;

const withoutNumbers = (text: string): string => text.replace(/\d+/g, 'N').slice(0, 160);

const mapsOf = (maps: ReadonlyMap<string, ModelMap>, memory: Memory): readonly MapContent[] =>
  [...maps].map(([name, map]) => ({
    name,
    entries: map.keys().map((key) => {
      const value = memory.read(map.lookup(key), map.decl.valueSize);
      return [toHex(key), toHex(value)] as const;
    }),
  }));

/** Maps of random programs start empty, arrays with zeros. */
function emptied(map: ModelMap, memory: Memory): void {
  for (const key of map.keys()) {
    if (map.decl.type === 'array') memory.write(map.lookup(key), new Uint8Array(map.decl.valueSize));
    else map.delete(key);
  }
}

interface State {
  readonly memory: Memory;
  readonly maps: ReadonlyMap<string, ModelMap>;
  readonly globals: ReadonlyMap<string, bigint>;
}

/** Brings package variables and maps back to their start, so that one machine serves for all inputs. */
function reset({ memory, maps, globals }: State, module: Module): void {
  for (const map of maps.values()) emptied(map, memory);
  for (const { name, section, size, init } of module.globals) {
    if (section.startsWith('.rodata')) continue;
    const bytes = new Uint8Array(size);
    bytes.set(init);
    memory.write(must(globals.get(name), name), bytes);
  }
}

function ssaRunner(module: Module): (input: Input) => string {
  const log: string[] = [];
  const machine = createMachine(module, { helpers: testHelpers({ log }), steps: 2_000_000 });
  return (input) => {
    reset(machine, module);
    log.length = 0;
    const context = contextBytes(input);
    const outcome = evaluate(machine, 'Main', [machine.memory.allocate('context', context)]);
    switch (outcome.kind) {
      case 'trap':
        return `trap: ${outcome.message} at ${outcome.pos?.line}:${outcome.pos?.col}`;
      case 'abort':
        return 'abort left the program';
      case 'return':
        return observed({
          ret: Number(BigInt.asIntN(32, outcome.value ?? 0n)),
          context,
          maps: mapsOf(machine.maps, machine.memory),
          log,
        }).line;
      default:
        return outcome satisfies never;
    }
  };
}

function vmRunner({ funcs, module }: Machine<PReg>): (input: Input) => string {
  const log: string[] = [];
  const vm = createVm({ funcs, module, helpers: testHelpers({ log }), fuel: 2_000_000 });
  return (input) => {
    reset(vm, module);
    log.length = 0;
    const context = contextBytes(input);
    const outcome = vm.run('Main', [vm.memory.allocate('context', context)]);
    if (outcome.kind === 'fault')
      return `fault: ${outcome.message} at ${outcome.pos === null ? outcome.func : `${outcome.pos.line}:${outcome.pos.col}`}`;
    return observed({
      ret: Number(BigInt.asIntN(32, outcome.value)),
      context,
      maps: mapsOf(vm.maps, vm.memory),
      log,
    }).line;
  };
}

function firstDifference(
  stage: string,
  { inputs, expected }: Examination,
  run: (input: Input) => string,
): Failure | null {
  for (const [i, input] of inputs.entries()) {
    const want = must(expected?.[i], 'what Go gave');
    const got = run(input);
    if (agrees(want, got)) continue;
    return {
      kind: 'mismatch',
      signature: `${stage}${/^(trap|fault)/.test(got) ? ` ${withoutNumbers(got)}` : ''}`,
      detail: `${stage}: a=${input.a} b=${input.b}\n  Go   ${want}\n  here ${got}`,
    };
  }
  return null;
}

interface Compiled {
  readonly machine: Machine<PReg>;
  readonly stages: readonly { readonly name: string; readonly module: Module }[];
}

function compiled(e: Examination): Compiled | Failure {
  const stages: { name: string; module: Module }[] = [];
  try {
    const result = compile({
      files: [{ name: 'fuzz.go', text: e.text }],
      options: {
        ...e.combination,
        emit: 'object',
        paranoid: e.everyPass,
        passes: e.passes,
        onRule: e.onRule,
        targetKernel: '6.12',
        onAfterPass: (name, formed) => {
          if (formed.form !== 'ssa') return;
          if (!e.everyPass) stages.length = 0;
          if (stages.at(-1)?.module !== formed.value) stages.push({ name, module: formed.value });
        },
      },
    });
    const errors = result.diagnostics.filter((d) => d.severity === 'error');
    if (result.machine === null || result.module === null) {
      const messages = errors.map((d) => formatDiagnostic(d, result.files)).join('\n');
      return { kind: 'refused', signature: errors.map((d) => d.code)[0] ?? 'nothing', detail: messages };
    }
    const [problem] = verifyModule(result.module);
    if (problem !== undefined) {
      const detail = `after lowering: ${formatProblem(problem)}`;
      return { kind: 'crash', signature: withoutNumbers(detail), detail };
    }
    return { machine: result.machine, stages: [{ name: 'lower', module: result.module }, ...stages] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6).join('\n') : '';
    return { kind: 'crash', signature: withoutNumbers(message), detail: `${message}\n${stack}` };
  }
}

/** The last line of a verifier log that tells the reason. */
function reasonOf(log: string): string {
  const lines = log.trim().split('\n');
  const told = lines.filter(
    (line) => !/^(processed|verification|stack depth|max_states|subprog|mark_precise|peak_states)/.test(line),
  );
  return told.at(-1) ?? '';
}

/** What the program gives as lowering leaves it: stands for Go's results where a later stage is at fault. */
export function asLowered(e: Examination): readonly string[] | null {
  const made = compiled(e);
  const first = 'kind' in made ? undefined : made.stages[0];
  return first === undefined ? null : e.inputs.map(ssaRunner(first.module));
}

export function examine(e: Examination): Failure | null {
  const made = compiled(e);
  if ('kind' in made) return made;
  if (e.expected !== null) {
    const [lowered, ...later] = made.stages.map(
      ({ name, module }) =>
        () =>
          firstDifference(`SSA after ${name}`, e, ssaRunner(module)),
    );
    // Where the last form is right, so is the first.
    for (const difference of e.everyPass ? [lowered, ...later] : later.slice(-1)) {
      const failure = difference?.() ?? null;
      if (failure !== null) return lowered?.() ?? failure;
    }
    const failure = firstDifference('VM', e, vmRunner(made.machine));
    if (failure !== null) return failure;
  }
  if (e.system === null) return null;
  const kernel = runInKernel(
    e.system,
    planModule(made.machine, 'little'),
    e.expected === null ? [] : e.inputs,
    e.kernelLog,
  );
  if (kernel.kind === 'rejected') {
    const reason = reasonOf(kernel.log);
    return {
      kind: 'rejected',
      signature: withoutNumbers(reason),
      detail: `${kernel.reason}: ${reason}\n${kernel.log.trim().split('\n').slice(-25).join('\n')}`,
    };
  }
  return e.expected === null
    ? null
    : firstDifference('kernel', e, (input) => must(kernel.lines.get(input), 'a run'));
}
