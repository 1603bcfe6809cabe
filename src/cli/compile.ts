/** `bpfc FILE.go…` and `bpfc check`. */

import {
  type CompileOptions,
  type CompileResult,
  compile,
  defaultOptions,
  type OutputForm,
} from '../compile.ts';
import { type Args, UsageError } from './args.ts';
import { Dumper } from './dump.ts';
import { checkOutput, writeOutput, writeText } from './files.ts';
import { showDiagnostics } from './output.ts';
import { gather } from './sources.ts';
import { options as optionTable } from './spec.ts';
import { showStats, showTimes } from './stats.ts';

const formByEnding: Readonly<Record<string, OutputForm>> = {
  go: 'go',
  s: 'asm',
  o: 'object',
  bin: 'bytecode',
  hex: 'hex',
  ir: 'ir',
  mir: 'ir',
};

/** The value of an option that has a fixed set of them; parseArgs has checked it. */
function choice<T extends string>(value: string | undefined, values: readonly T[], fallback: T): T {
  return values.find((v) => v === value) ?? fallback;
}

/** The options of the compiler that the command line asks for. */
export function compileOptions(args: Args, emit: OutputForm = outputForm(args)): CompileOptions {
  const { values } = args;
  const kernel = values.get('target-kernel') ?? null;
  if (kernel !== null && !/^\d+\.\d+$/.test(kernel))
    throw new UsageError(`--target-kernel takes X.Y, not '${kernel}'`);
  return {
    ...defaultOptions,
    emit,
    cpu: choice(values.get('cpu'), optionTable.cpu.values, 'v3'),
    endian: choice(values.get('endian'), optionTable.endian.values, 'little'),
    arch: choice(values.get('arch'), optionTable.arch.values, 'x86_64'),
    optimize: choice(values.get('optimize'), optionTable.optimize.values, '2'),
    targetKernel: kernel,
    embed: values.has('embed'),
    goPackage: packageName(values.get('package')),
    stopAfter: values.get('stop-after') ?? null,
  };
}

export function packageName(name: string | undefined): string | null {
  if (name === undefined) return null;
  if (!/^[a-z_][a-z0-9_]*$/.test(name))
    throw new UsageError(`--package takes a Go package name, not '${name}'`);
  return name;
}

/** `--emit`, else the ending of `-o`, else `go`. */
export function outputForm(args: Args): OutputForm {
  const emit = args.values.get('emit');
  if (emit !== undefined) return choice(emit, optionTable.emit.values, 'go');
  const output = args.values.get('output');
  if (output === undefined || output === '-') return 'go';
  const ending = /\.(\w+)$/.exec(output)?.[1] ?? '';
  const form = formByEnding[ending];
  if (form === undefined) {
    const known = Object.keys(formByEnding).map((e) => `.${e}`);
    throw new UsageError(
      `cannot tell the form of ${output} from its ending; use ${known.join(' ')} or --emit FORM`,
    );
  }
  return form;
}

function finish(args: Args, result: CompileResult, dumper: Dumper): number {
  if (showDiagnostics(result.diagnostics, result.files, args)) return 1;
  showTimes(args, result);
  showStats(args, result);
  const stopped = args.values.has('stop-after') || outputForm(args) === 'ir';
  const data = stopped ? dumper.printReached(result) : result.artifact;
  if (data !== null) writeOutput(args.values.get('output') ?? '-', data);
  return 0;
}

export function compileCommand(args: Args): number {
  const output = args.values.get('output') ?? '-';
  const options = compileOptions(args);
  checkOutput(output, args.files);
  const dumper = new Dumper(args);
  const result = compile({ ...gather(args.files), options: { ...options, onAfterPass: dumper.hook() } });
  dumper.finish();
  return finish(args, result, dumper);
}

export async function checkCommand(args: Args): Promise<number> {
  if (args.values.has('min-kernel')) return (await import('./min-kernel.ts')).showMinKernel(args);
  const result = compile({ ...gather(args.files), options: compileOptions(args) });
  // A package for others to import is right without a program.
  const found = result.diagnostics.filter((d) => d.code !== 'no-program');
  const failed = showDiagnostics(found, result.files, args);
  if (!failed && args.values.has('verbose')) writeText(2, 'bpfc: no errors\n');
  return failed ? 1 : 0;
}
