/**
 * Runs what `generate` made of a test file: recorded calls and test functions, by the SSA evaluator, the embedded
 * machine and the kernel, at every level; and finds out which functions are outside of the subset.
 */

import { type CompileResult, compile } from '../../src/compile.ts';
import { createMachine, evaluate } from '../../src/ir/eval.ts';
import { loadPlan, planModule } from '../../src/kernel/plan.ts';
import { runProgram } from '../../src/kernel/program.ts';
import type { System } from '../../src/kernel/system.ts';
import { testHelpers } from '../../src/model/helpers.ts';
import { createVm } from '../../src/vm/machine.ts';
import type { levels } from '../compiled.ts';
import { closure, type Declaration, type GoFile, type IntegerFunction } from './functions.ts';
import {
  aborted,
  callWords,
  dispatcher,
  type Generated,
  generate,
  partAt,
  resultWord,
  testEntry,
  testFunctions,
  withoutTesting,
} from './generate.ts';
import type { Call, Recorded } from './record.ts';

type Level = (typeof levels)[number];

/** What of a file lies in the subset, and why the rest does not. */
export interface Inside {
  readonly declarations: readonly Declaration[];
  readonly functions: readonly IntegerFunction[];
  readonly tests: readonly string[];
  /** By declaration. */
  readonly outside: ReadonlyMap<string, string>;
}

function compileText(name: string, { text }: Generated, optimize: Level): CompileResult {
  return compile({ files: [{ name, text }], options: { emit: 'object', optimize } });
}

/** Declarations that mention one of these, directly or through others. */
function dependents(declarations: readonly Declaration[], names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(
    declarations.flatMap((d) =>
      closure(declarations, [d.name]).some((x) => names.has(x.name)) ? [d.name] : [],
    ),
  );
}

/** Compiles, drops what errors name, and again, until there are none. */
export function findInside(original: GoFile, level: Level): Inside {
  const go = withoutTesting(original);
  const outside = new Map<string, string>();
  let { declarations } = go;
  let functions = go.integerFunctions.filter((f) => !/^[tT]est/.test(f.name) || f.name.endsWith('_ssa'));
  let tests = testFunctions(go, original);
  for (;;) {
    const made = generate(declarations, functions, tests);
    const { diagnostics } = compileText(go.name, made, level);
    const errors = diagnostics.filter((d) => d.severity === 'error');
    if (errors.length === 0) return { declarations, functions, tests, outside };
    const bad = new Set<string>();
    for (const error of errors) {
      const name = error.span === null ? '' : partAt(made, error.span.start);
      if (name === '')
        throw new Error(`${go.name}: ${error.message} in generated code\n${made.text.slice(-2000)}`);
      bad.add(name);
      if (!outside.has(name)) outside.set(name, error.message);
    }
    const gone = dependents(declarations, bad);
    for (const name of gone)
      if (!outside.has(name))
        outside.set(
          name,
          `uses ${[...bad].find((b) => closure(declarations, [name]).some((d) => d.name === b)) ?? ''}`,
        );
    declarations = declarations.filter((d) => !gone.has(d.name));
    functions = functions.filter((f) => !gone.has(f.name));
    tests = tests.filter((name) => !gone.has(name));
  }
}

interface Executed {
  readonly status: number | string;
  readonly context: Uint8Array;
}

/** One run of a program on a context. */
type Execute = (program: string, context: Uint8Array) => Executed;

function inEvaluator({ module }: CompileResult): Execute {
  if (module === null) throw new Error('no module');
  const machine = createMachine(module, { helpers: testHelpers({ log: [] }) });
  return (program, context) => {
    const outcome = evaluate(machine, program, [machine.memory.allocate('context', context)]);
    const status = outcome.kind === 'return' ? Number(BigInt.asUintN(32, outcome.value ?? 0n)) : outcome.kind;
    return { status, context };
  };
}

function inVm({ machine }: CompileResult): Execute {
  if (machine === null) throw new Error('no code');
  const { funcs, module } = machine;
  const vm = createVm({ funcs, module, helpers: testHelpers({ log: [] }), fuel: 200_000_000 });
  return (program, context) => {
    const outcome = vm.run(program, [vm.memory.allocate('context', context)]);
    const status = outcome.kind === 'return' ? Number(BigInt.asUintN(32, outcome.value)) : outcome.message;
    return { status, context };
  };
}

function inKernel(
  system: System,
  { machine }: CompileResult,
): { readonly run: Execute; readonly close: () => void } {
  if (machine === null) throw new Error('no code');
  const plan = planModule(machine, 'little');
  const loaded = loadPlan(system, plan);
  const types = new Map(plan.programs.map((p) => [p.name, p.type]));
  return {
    close: loaded.close,
    run: (name, context) => {
      const program = loaded.programs.get(name);
      const type = types.get(name);
      if (program === undefined || type === undefined) return { status: 'no program', context };
      if (!program.ok) return { status: `refused: ${program.reason}: ${program.log.slice(-200)}`, context };
      const run = runProgram(system, program.fd, type, { context });
      return { status: run.result, context: run.context };
    },
  };
}

function contextOf(index: number, call: Call): Uint8Array {
  const words = new BigUint64Array(callWords);
  words[0] = BigInt(index);
  call.args.forEach((arg, i) => {
    words[1 + i] = BigInt.asUintN(64, arg);
  });
  return new Uint8Array(words.buffer);
}

function wrongCall(execute: Execute, index: number, call: Call): string | null {
  const { status, context } = execute(dispatcher(index), contextOf(index, call));
  const wanted = call.panics ? aborted : 0;
  if (status !== wanted) return `ends with ${status}, not ${wanted}`;
  if (call.panics) return null;
  const words = new BigUint64Array(context.slice().buffer);
  const got = call.results.map((_, i) => words[resultWord(i)] ?? 0n);
  const same = call.results.every((result, i) => BigInt.asUintN(64, result) === got[i]);
  return same ? null : `gives ${got.join()}, not ${call.results.join()}`;
}

/** What of the calls and tests goes wrong in one executor; of each function the first. */
function failures(
  where: string,
  execute: Execute,
  inside: Inside,
  recorded: ReadonlyMap<string, Recorded>,
): readonly string[] {
  const wrong: string[] = [];
  inside.functions.forEach((f, index) => {
    for (const call of recorded.get(f.name)?.calls ?? []) {
      const difference = wrongCall(execute, index, call);
      if (difference === null) continue;
      wrong.push(`${where}: ${f.name}(${call.args.join()}) ${difference}`);
      return;
    }
  });
  for (const name of inside.tests) {
    const { status } = execute(testEntry(name), new Uint8Array(callWords * 8));
    if (status !== 0) wrong.push(`${where}: ${name} ends with ${status}`);
  }
  return wrong;
}

/** Everything that is wrong with a file's functions and tests at one level. */
export function replay(
  name: string,
  inside: Inside,
  recorded: ReadonlyMap<string, Recorded>,
  level: Level,
  system: System | null,
): readonly string[] {
  const result = compileText(name, generate(inside.declarations, inside.functions, inside.tests), level);
  const errors = result.diagnostics.filter((d) => d.severity === 'error');
  if (result.machine === null) return errors.map((d) => `${name} -O${level}: ${d.message}`);
  const wrong = [
    ...(level === '2' ? failures(`${name}, SSA`, inEvaluator(result), inside, recorded) : []),
    ...failures(`${name} -O${level}, VM`, inVm(result), inside, recorded),
  ];
  if (system === null) return wrong;
  const kernel = inKernel(system, result);
  try {
    return [...wrong, ...failures(`${name} -O${level}, kernel`, kernel.run, inside, recorded)];
  } finally {
    kernel.close();
  }
}
