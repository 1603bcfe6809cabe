/**
 * Runs what `generate` made of a test file: recorded calls and test functions, by the SSA evaluator, the embedded
 * machine and the kernel, at every level; and finds out which functions are outside of the subset.
 */

import { type CompileResult, compile } from '../../src/compile.ts';
import { createMachine, evaluate } from '../../src/ir/eval.ts';
import { loadPlan, planModule } from '../../src/kernel/plan.ts';
import { runProgram } from '../../src/kernel/program.ts';
import type { System } from '../../src/kernel/system.ts';
import { testHelpers } from '../../src/model/helpers/helpers.ts';
import { createVm } from '../../src/vm/machine.ts';
import type { levels } from '../compiled.ts';
import {
  closure,
  type Declaration,
  type GoFile,
  type IntegerFunction,
  namesIn,
  readGoFile,
} from './functions.ts';
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
  readonly name: string;
  readonly generated: Generated;
  /** At -O2, without errors. */
  readonly compiled: CompileResult;
  readonly functions: readonly IntegerFunction[];
  readonly tests: readonly string[];
  /** Tests without some of their statements, and why. */
  readonly shortened: ReadonlyMap<string, string>;
  /** By declaration. */
  readonly outside: ReadonlyMap<string, string>;
}

function compileText(name: string, { text }: Generated, optimize: Level): CompileResult {
  return compile({ files: [{ name, text }], options: { emit: 'object', optimize } });
}

/**
 * A test function without the statements that cannot be had: those with errors and those that mention `bad` names or
 * what such a statement declares. null: nothing of it is left.
 */
function shorten(d: Declaration, offsets: readonly number[], bad: ReadonlySet<string>): Declaration | null {
  const head = 'package main\n';
  const whole = readGoFile('test.go', head + d.text);
  const decl = whole.declarations[0]?.decl;
  if (decl?.kind !== 'FuncDecl' || decl.body === null) return null;
  const lost = new Set(bad);
  let text = whole.text;
  let left = decl.body.stmts.length;
  for (const stmt of decl.body.stmts) {
    const { start, end } = stmt.span;
    const wrong = offsets.some((at) => at + head.length >= start && at + head.length < end);
    const mentions = namesIn(stmt);
    if (!wrong && ![...mentions].some((name) => lost.has(name))) continue;
    left--;
    if (stmt.kind === 'Assign' && stmt.op === ':=')
      for (const x of stmt.lhs) if (x.kind === 'Ident') lost.add(x.name);
    text = text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + text.slice(end);
  }
  if (left === 0 || text === whole.text) return null;
  const short = readGoFile('test.go', text).declarations[0];
  return short === undefined ? null : { ...short, text: short.text };
}

/** Compiles, drops what errors name, and again, until there are none. `others`: of the rest of the package. */
export function findInside(original: GoFile, others: readonly Declaration[]): Inside {
  const go = withoutTesting(original);
  const outside = new Map<string, string>();
  const shortened = new Map<string, string>();
  /** What was wrong with a declaration first: later errors may come of what was left out. */
  const reasons = new Map<string, string>();
  const own = new Set(go.declarations.flatMap((d) => d.names));
  let declarations = [...go.declarations, ...others.filter((d) => !d.names.some((name) => own.has(name)))];
  let functions = go.integerFunctions;
  let tests = testFunctions(go, original);
  for (;;) {
    const generated = generate(declarations, functions, tests);
    const compiled = compileText(go.name, generated, '2');
    const errors = compiled.diagnostics.filter((d) => d.severity === 'error');
    if (errors.length === 0)
      return { name: go.name, generated, compiled, functions, tests, shortened, outside };
    const offsets = new Map<string, number[]>();
    for (const error of errors) {
      const part = error.span === null ? null : partAt(generated, error.span.start);
      if (part === null || part.name === '')
        throw new Error(`${go.name}: ${error.message} in generated code`);
      offsets.set(part.name, [...(offsets.get(part.name) ?? []), (error.span?.start ?? 0) - part.start]);
      if (!reasons.has(part.name)) reasons.set(part.name, error.message);
    }
    const isTest = new Set(tests);
    const bad = new Set([...offsets.keys()].filter((name) => !isTest.has(name)));
    const gone = new Set<string>();
    declarations = declarations.flatMap((d) => {
      const reached = closure(declarations, [d.name]).find((x) => bad.has(x.name));
      const at = offsets.get(d.name) ?? [];
      if (reached === undefined && at.length === 0) return [d];
      const unwanted = new Set(
        declarations
          .filter(
            (x) => d.mentions.has(x.name) && closure(declarations, [x.name]).some((y) => bad.has(y.name)),
          )
          .map((x) => x.name),
      );
      const through = reached === undefined ? '' : `: ${reasons.get(reached.name)}`;
      const why = reasons.get(d.name) ?? `uses ${reached?.name}${through}`;
      reasons.set(d.name, why);
      const short = isTest.has(d.name) ? shorten(d, at, unwanted) : null;
      if (short !== null) {
        shortened.set(d.name, why);
        return [short];
      }
      gone.add(d.name);
      outside.set(d.name, why);
      return [];
    });
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
  inside: Inside,
  recorded: ReadonlyMap<string, Recorded>,
  level: Level,
  system: System | null,
): readonly string[] {
  const { name } = inside;
  const result = level === '2' ? inside.compiled : compileText(name, inside.generated, level);
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
