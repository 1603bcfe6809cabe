/**
 * The stages that golden files show: each turns an input into text. A stage is a row; golden.test.ts says which inputs
 * go through which stages.
 */

import { parseFile } from '../grammar/parse.ts';
import { type Formed, parseForm, printForm } from '../passes/forms.ts';
import type { Target } from '../passes/pass.ts';
import { passesByName } from '../passes/pipeline.ts';
import { runPasses } from '../passes/run.ts';
import { printTyped } from '../src/ast/print-typed.ts';
import { type Diagnostic, Diagnostics } from '../src/base/diagnostic.ts';
import { formatDiagnostic } from '../src/base/format.ts';
import { type SourceFile, sourceFile } from '../src/base/source.ts';
import { check } from '../src/check/check.ts';
import {
  type CompileInput,
  type CompileOptions,
  type CompileResult,
  compile,
  type OutputForm,
} from '../src/compile.ts';
import { describeObject } from '../src/object/describe.ts';
import { printTree } from './tree.ts';

export interface GoldenInput {
  /** File name without folders: what diagnostics show. */
  readonly name: string;
  readonly text: string;
  /** The pass of `pass/NAME`, else null. */
  readonly pass: string | null;
  /** What is compiled where the input is more than one file; `text` has the run lines. */
  readonly source?: CompileInput;
}

export type Stage = (input: GoldenInput) => string;

/** `//bpfc -Os --cpu v1` or `; bpfc …` on a line of its own sets the options of an input. */
function optionsOf(text: string): Partial<CompileOptions> {
  const words = /^(?:\/\/|;)\s*bpfc\s+(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  const value = (name: string): string | undefined => words[words.indexOf(name) + 1];
  const level = (['0', '2', 's'] as const).find((l) => words.includes(`-O${l}`));
  const cpu = (['v1', 'v2', 'v3', 'v4'] as const).find(
    (c) => words.includes('--cpu') && value('--cpu') === c,
  );
  const kernel = words.includes('--target-kernel') ? value('--target-kernel') : undefined;
  return {
    ...(level === undefined ? {} : { optimize: level }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(kernel === undefined ? {} : { targetKernel: kernel }),
  };
}

const isError = (d: Diagnostic): boolean => d.severity === 'error';

function describe(diagnostics: readonly Diagnostic[], files: readonly SourceFile[]): string {
  return diagnostics.map((d) => `${formatDiagnostic(d, files)}\n`).join('');
}

function noErrors(diagnostics: readonly Diagnostic[], files: readonly SourceFile[]): void {
  const errors = diagnostics.filter(isError);
  if (errors.length > 0) throw new Error(`unexpected errors\n${describe(errors, files)}`);
}

export function compileGolden(input: GoldenInput, options: Partial<CompileOptions>): CompileResult {
  const { name, text, source = { files: [{ name, text }] } } = input;
  return compile({ ...source, options: { paranoid: true, ...optionsOf(text), ...options } });
}

function output(emit: OutputForm): Stage {
  return (input) => {
    const result = compileGolden(input, { emit });
    noErrors(result.diagnostics, result.files);
    const { artifact } = result;
    if (artifact === null) throw new Error(`no output of the form ${emit}`);
    return typeof artifact === 'string' ? artifact : `${Buffer.from(artifact).toString('hex')}\n`;
  };
}

function objectBytes(input: GoldenInput): Uint8Array {
  const result = compileGolden(input, { emit: 'object' });
  noErrors(result.diagnostics, result.files);
  if (!(result.artifact instanceof Uint8Array)) throw new Error('no object');
  return result.artifact;
}

/** The program's text as it was after a pass (`lower`: before all). */
function after(pass: string): Stage {
  return (input) => {
    const result = compileGolden(input, { emit: 'asm', stopAfter: pass === 'lower' ? null : pass });
    noErrors(result.diagnostics, result.files);
    if (pass === 'lower') {
      if (result.module === null) throw new Error('nothing was lowered');
      return printForm({ form: 'ssa', value: result.module });
    }
    if (result.reached === null) throw new Error(`${pass} was not reached`);
    return printForm(result.reached);
  };
}

const parse: Stage = ({ name, text }) => {
  const source = sourceFile(0, name, text);
  const diagnostics = new Diagnostics();
  const file = parseFile(source, diagnostics);
  const errors = describe(diagnostics.list, [source]);
  return `${errors}${printTree(file, [source])}`;
};

const checkStage: Stage = ({ name, text }) => {
  const source = sourceFile(0, name, text);
  const diagnostics = new Diagnostics();
  const file = parseFile(source, diagnostics);
  const program = check({ files: [file], sources: [source], root: '', packages: () => null }, diagnostics);
  noErrors(diagnostics.list, [source]);
  if (program === null) throw new Error('the checker gave nothing');
  return `${describe(diagnostics.list, [source])}${printTyped(program)}`;
};

const errors: Stage = (input) => {
  const { diagnostics, files } = compileGolden(input, { emit: 'go' });
  if (diagnostics.length === 0) throw new Error('expected diagnostics, there are none');
  return describe(diagnostics, files);
};

/** The form in a `.ir` or `.mir` input. */
export function readForm({ name, text }: GoldenInput): Formed {
  const source = sourceFile(0, name, text);
  const diagnostics = new Diagnostics();
  const formed = parseForm(source, name.endsWith('.mir') ? 'mir' : 'ir', diagnostics);
  noErrors(diagnostics.list, [source]);
  if (formed === null) throw new Error('the input is no program');
  return formed;
}

export function targetOf(text: string): Target {
  const { cpu = 'v3', optimize = '2', targetKernel } = optionsOf(text);
  const [major = 5, minor = 15] = targetKernel?.split('.').map(Number) ?? [];
  return { cpu, endian: 'little', arch: 'x86_64', kernel: [major, minor], opt: optimize, sections: false };
}

export function applyPass(input: GoldenInput, formed: Formed): Formed {
  const pass = passesByName.get(input.pass ?? '');
  if (pass === undefined) throw new Error(`there is no pass ${input.pass}`);
  const diagnostics = new Diagnostics();
  const files = [sourceFile(0, input.name, input.text)];
  const result = runPasses(
    formed,
    [pass],
    { target: targetOf(input.text), diagnostics, files },
    { paranoid: true },
  );
  noErrors(diagnostics.list, files);
  return result;
}

export const stages = {
  parse,
  check: checkStage,
  lower: after('lower'),
  select: after('select'),
  regalloc: after('regalloc'),
  pass: (input) => printForm(applyPass(input, readForm(input))),
  asm: output('asm'),
  object: (input) => describeObject(objectBytes(input)),
  listing: output('listing'),
  go: output('go'),
  errors,
} as const satisfies Record<string, Stage>;

export type StageName = keyof typeof stages;
