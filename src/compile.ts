/**
 * The compiler as one pure function: source text in, artifact and diagnostics out. No I/O, no clock, no host:
 * it runs in a browser as it does under Node.
 *
 *     compile({ files: [{ name: 'hello.go', text }], options: { emit: 'asm' } }).artifact
 *
 * User errors are diagnostics in the result; a thrown error is a bug of the compiler.
 */

import { parseFile } from '../grammar/parse.ts';
import type { Formed } from '../passes/forms.ts';
import type { Machine, PassContext, Target } from '../passes/pass.ts';
import { pipeline } from '../passes/pipeline.ts';
import { type PipelineResult, runPipeline } from '../passes/run.ts';
import type { File } from './ast/ast.ts';
import type { TProgram } from './ast/typed.ts';
import { type Diagnostic, Diagnostics } from './base/diagnostic.ts';
import { deepestNesting } from './base/nesting.ts';
import { type SourceFile, type Span, sourceFile } from './base/source.ts';
import type { PReg } from './bpf/minst.ts';
import { check } from './check/check.ts';
import type { PackageSource } from './check/scope.ts';
import { type EmitForm, emit, emitForms } from './emit/emit.ts';
import type { Module } from './ir/ir.ts';
import type { LowerChoices } from './lower/context.ts';
import { lower } from './lower/lower.ts';
import { isPlain } from './lower/shapes.ts';

export interface SourceText {
  /** Shown in diagnostics and line info, as the user wrote it. */
  readonly name: string;
  readonly text: string;
}

export type OutputForm = EmitForm | 'ir';

export interface CompileOptions {
  readonly emit: OutputForm;
  readonly cpu: Target['cpu'];
  readonly endian: Target['endian'];
  readonly arch: Target['arch'];
  /** `X.Y`; a `//bpf:target-kernel` directive wins over the default, not over a value given here. */
  readonly targetKernel: string | null;
  readonly optimize: Target['opt'];
  /** The Go program carries the object even where it could do without. */
  readonly embed: boolean;
  /** Name of the library that the Go output is; null: a command. */
  readonly goPackage: string | null;
  /** Only these passes, in this order, instead of the pipeline. */
  readonly passes: readonly string[] | null;
  /** Code in which the last check sees that a proof was lost gives way to what the steps of -O0 make. */
  readonly restoreProofs: boolean;
  /** Stop after the last run of this pass; the result has no artifact. */
  readonly stopAfter: string | null;
  /** Verify the IR between passes and check the register allocation; slower, for tests. */
  readonly paranoid: boolean;
  /** Called after every pass that ran. */
  readonly onAfterPass: ((pass: string, formed: Formed) => void) | null;
  /** Called with the name of every rewrite rule that is applied. */
  readonly onRule: ((rule: string) => void) | null;
}

export const defaultOptions: CompileOptions = {
  emit: 'go',
  cpu: 'v3',
  endian: 'little',
  arch: 'x86_64',
  targetKernel: null,
  optimize: '2',
  embed: false,
  goPackage: null,
  passes: null,
  restoreProofs: true,
  stopAfter: null,
  paranoid: false,
  onAfterPass: null,
  onRule: null,
};

export interface CompileInput {
  /** The files of the package to compile. */
  readonly files: readonly SourceText[];
  /** Import path of that package, or '' when it has none. */
  readonly root?: string;
  /** Files of other packages of the user's module, by import path. */
  readonly packages?: Readonly<Record<string, readonly SourceText[]>>;
  readonly options?: Partial<CompileOptions>;
}

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[];
  /** Every file of the compilation; spans index it. */
  readonly files: readonly SourceFile[];
  /** The output; null when there were errors or the compilation stopped early. */
  readonly artifact: string | Uint8Array | null;
  /** The checked program; null after errors in it. */
  readonly program: TProgram | null;
  /** SSA as it left lowering; null after errors. */
  readonly module: Module | null;
  /** The last form reached. */
  readonly reached: PipelineResult | null;
  /** Final machine code; null when not reached. */
  readonly machine: Machine<PReg> | null;
}

/** Kernel versions as the options and directives spell them: `5.15`. */
function kernelVersion(text: string): readonly [number, number] {
  const [major, minor] = text.split('.');
  return [Number(major), Number(minor ?? 0)];
}

function hasSections({ emit, embed }: CompileOptions): boolean {
  if (emit === 'ir') return embed;
  const { sections } = emitForms[emit];
  return sections === 'embedded' ? embed : sections;
}

/** The target that the options describe. */
export function targetOf(options: CompileOptions): Target {
  return {
    cpu: options.cpu,
    endian: options.endian,
    arch: options.arch,
    kernel: kernelVersion(options.targetKernel ?? (options.cpu === 'v4' ? '6.6' : '5.15')),
    opt: options.optimize,
    sections: hasSections(options),
  };
}

interface Parsed {
  readonly sources: readonly SourceFile[];
  readonly root: readonly File[];
  readonly packages: ReadonlyMap<string, readonly File[]>;
}

function parseAll(input: CompileInput, diagnostics: Diagnostics): Parsed {
  const sources: SourceFile[] = [];
  const parse = (files: readonly SourceText[]): File[] =>
    files.map((file) => {
      const source = sourceFile(sources.length, file.name, file.text);
      sources.push(source);
      return parseFile(source, diagnostics);
    });
  const root = parse(input.files);
  const packages = new Map(Object.entries(input.packages ?? {}).map(([path, files]) => [path, parse(files)]));
  return { sources, root, packages };
}

function packageSource(parsed: Parsed, path: string): PackageSource | null {
  const files = parsed.packages.get(path);
  return files === undefined ? null : { files };
}

/** What the source alone says, whatever the output will be. */
interface Checked {
  readonly sources: readonly SourceFile[];
  /** null after errors. */
  readonly program: TProgram | null;
}

function checkAll(input: CompileInput, diagnostics: Diagnostics): Checked {
  const parsed = parseAll(input, diagnostics);
  const { sources } = parsed;
  if (diagnostics.failed) return { sources, program: null };
  const program = check(
    {
      files: parsed.root,
      sources,
      root: input.root ?? '',
      packages: (path) => packageSource(parsed, path),
    },
    diagnostics,
  );
  if (program === null || diagnostics.failed) return { sources, program: null };
  for (const entry of program.entries) {
    if (entry.implied) diagnostics.report('implied-attach', entry.func.nameSpan, { attach: entry.attach });
  }
  return { sources, program };
}

export interface FrontEnd extends Checked {
  readonly target: Target;
  /** null after errors. */
  readonly module: Module | null;
}

function lowerAll(
  checked: Checked,
  options: CompileOptions,
  diagnostics: Diagnostics,
  choices?: LowerChoices,
): FrontEnd {
  const { program, sources } = checked;
  const target = targetOf(options);
  if (program === null) return { ...checked, module: null, target };
  const refined =
    options.targetKernel === null && program.targetKernel !== null
      ? { ...target, kernel: kernelVersion(program.targetKernel) }
      : target;
  const module = lower(program, refined, sources, diagnostics, choices);
  return { ...checked, module: diagnostics.failed ? null : module, target: refined };
}

/** Source text to SSA, as lowering leaves it; null after errors. */
export function frontEnd(input: CompileInput, options: CompileOptions, diagnostics: Diagnostics): FrontEnd {
  return lowerAll(checkAll(input, diagnostics), options, diagnostics);
}

/** `--emit ir` is the SSA form as selection gets it. */
function lastSsaPass(target: Target): string | null {
  const steps = pipeline.filter((s) => s.levels.includes(target.opt) && s.pass.to === 'ssa');
  return steps.at(-1)?.pass.name ?? null;
}

/** Compiles one package. See CompileOptions for what can be asked. */
export function compile(input: CompileInput): CompileResult {
  const options: CompileOptions = { ...defaultOptions, ...input.options };
  try {
    return compileChecked(input, options);
  } catch (error) {
    if (!outOfStack(error)) throw error;
    return tooDeep(input);
  }
}

/** Parses and checks once; compiles a second time, with the object inside the output, where that turns out to be needed. */
function compileChecked(input: CompileInput, options: CompileOptions): CompileResult {
  const diagnostics = new Diagnostics();
  const checked = checkAll(input, diagnostics);
  const attempt = (embed: boolean, loopsAbort = false): Attempt => {
    const own = new Diagnostics();
    own.list.push(...diagnostics.list);
    return finish(checked, { ...options, embed }, own, { loopsAbort, allChecks: false });
  };
  const form = options.emit === 'ir' ? null : emitForms[options.emit];
  const carries = form === null || form.sections === 'embedded';
  const embed = options.embed || (form?.sections === 'embedded' && hasLoaderVariables(checked.program));
  const first = attempt(embed);
  const errors = first.result.diagnostics.filter((d) => d.severity === 'error');
  const needsObject = errors.length > 0 && errors.every((d) => d.code === 'needs-object');
  const embedded = carries && !embed && needsObject;
  const whole = embedded ? attempt(true) : first;
  const last = withLoopsThatAbort(whole, () => attempt(embed || embedded, true));
  last.show();
  return last.result;
}

/** Only the loops of functions that can abort become functions for `bpf_loop`: where that matters, all can. */
function withLoopsThatAbort(whole: Attempt, again: () => Attempt): Attempt {
  const { diagnostics, module } = whole.result;
  const called = module?.funcs.some((f) => f.program === null) ?? false;
  if (!called || costliestLoop(diagnostics) === null) return whole;
  const other = again();
  return other.result.diagnostics.some((d) => d.severity === 'error') ? whole : other;
}

/** Exported variables are the loader's to set, though the program may only read them: they are no constants. */
function hasLoaderVariables(program: TProgram | null): boolean {
  return program?.globals.some((v) => isPlain(v.type) && /^\p{Lu}/u.test(v.name)) ?? false;
}

/** Loops that one compilation makes functions of, at most. */
const mostOutlined = 16;

/** What came of a compilation that another may replace: the passes are shown when it is the last. */
interface Attempt {
  readonly result: CompileResult;
  readonly show: () => void;
}

interface Run {
  readonly reached: PipelineResult;
  readonly show: () => void;
  /** The last check saw that a proof that the verifier needs was lost. */
  readonly lost: boolean;
}

/** One run of the pipeline. Its forms are immutable, so that they can be shown later. */
function runOnce(module: Module, context: PassContext, options: CompileOptions): Run {
  const seen: (readonly [string, Formed])[] = [];
  const show = (): void => {
    for (const [pass, formed] of seen) options.onAfterPass?.(pass, formed);
  };
  const keep = (pass: string, formed: Formed): void => void seen.push([pass, formed]);
  let lost = false;
  const onUnbounded = (): void => {
    lost = true;
  };
  try {
    const onAfterPass = options.onAfterPass === null ? null : keep;
    const reached = runPipeline(module, { ...context, onUnbounded }, { ...options, onAfterPass });
    return { reached, show, lost };
  } catch (error) {
    show();
    throw error;
  }
}

/**
 * Law 6 for the whole: code in which a proof that the verifier needs was lost, which the last check tells, gives way to
 * what the steps of -O0 make of the module with all checks, where each stands in front of its access; where that is too
 * much for the verifier, to what the own steps make of it, or to the error.
 */
function withProofs(
  module: Module,
  allChecks: () => Module | null,
  context: PassContext,
  options: CompileOptions,
): Run {
  const run = (from: Module, opt: Target['opt'], passes: CompileOptions['passes']) => {
    const diagnostics = new Diagnostics();
    const target = { ...context.target, opt };
    return {
      ...withinBudget(from, { ...context, target, diagnostics }, { ...options, passes }),
      diagnostics,
    };
  };
  const { opt } = context.target;
  const first = run(module, opt, options.passes);
  const checked = first.lost && options.restoreProofs ? allChecks() : null;
  let chosen = first;
  if (checked !== null) {
    const plain = run(checked, '0', null);
    chosen = plain;
    if (plain.lost || plain.diagnostics.failed) {
      const own = run(checked, opt, options.passes);
      if (!own.lost && !own.diagnostics.failed) chosen = own;
    }
  }
  context.diagnostics.list.push(...chosen.diagnostics.list);
  return chosen;
}

/**
 * Runs the pipeline; loops that the last check finds over budget become functions for `bpf_loop` where the target has
 * it, or loops that are easier to walk, one after the other, until the verifier gets through or the loops stay.
 */
function withinBudget(module: Module, context: PassContext, options: CompileOptions): Run {
  const outlined: Span[] = [];
  for (;;) {
    const diagnostics = new Diagnostics();
    const run = runOnce(module, { ...context, diagnostics, outlined }, options);
    const loop = costliestLoop(diagnostics.list);
    const again =
      loop !== null && outlined.length < mostOutlined && !outlined.some((o) => o.start === loop.start);
    if (loop === null || !again) {
      context.diagnostics.list.push(...diagnostics.list);
      return run;
    }
    outlined.push(loop);
  }
}

/** Where the only error is a loop over budget. */
function costliestLoop(diagnostics: readonly Diagnostic[]): Span | null {
  const [error, ...more] = diagnostics.filter((d) => d.severity === 'error');
  const isLoop = error?.code === 'too-complex' || error?.code === 'unbounded-loop';
  return isLoop && more.length === 0 ? error.span : null;
}

/** The engine's own error when recursion has used up the stack; passes add their name to it. */
const outOfStack = (error: unknown): boolean =>
  error instanceof Error && /Maximum call stack size exceeded|too much recursion/.test(error.message);

/** The located error for a program that nests deeper than the stack of this host allows. */
function tooDeep(input: CompileInput): CompileResult {
  const diagnostics = new Diagnostics();
  const files = input.files.map((file, id) => sourceFile(id, file.name, file.text));
  const nests = files.map((file) => ({ file, ...deepestNesting(file.text) }));
  const [deepest] = nests.sort((a, b) => b.depth - a.depth);
  const span =
    deepest === undefined ? null : { file: deepest.file.id, start: deepest.offset, end: deepest.offset + 1 };
  diagnostics.report('nesting-too-deep', span, { limit: Math.floor((deepest?.depth ?? 0) / 2) });
  return {
    diagnostics: diagnostics.list,
    files,
    artifact: null,
    program: null,
    module: null,
    reached: null,
    machine: null,
  };
}

/** From the checked program to the output. */
function finish(
  checked: Checked,
  options: CompileOptions,
  diagnostics: Diagnostics,
  choices: LowerChoices,
): Attempt {
  const { sources: files, program, module, target } = lowerAll(checked, options, diagnostics, choices);
  const failed = (reached: PipelineResult | null = null): CompileResult => ({
    diagnostics: diagnostics.list,
    files,
    artifact: null,
    program,
    module,
    reached,
    machine: null,
  });
  if (module === null) return { result: failed(), show: () => undefined };
  const stopAfter = options.stopAfter ?? (options.emit === 'ir' ? lastSsaPass(target) : null);
  const { reached, show } = withProofs(
    module,
    () => lowerAll(checked, options, new Diagnostics(), { ...choices, allChecks: true }).module,
    { target, diagnostics, files, onRule: options.onRule },
    { ...options, stopAfter },
  );
  if (diagnostics.failed || reached.form !== 'code') return { result: failed(reached), show };
  const machine = reached.value;
  const artifact =
    options.emit === 'ir'
      ? null
      : emit(options.emit, machine, {
          target,
          files,
          diagnostics,
          program,
          goPackage: options.goPackage,
        });
  const result: CompileResult = {
    ...failed(reached),
    artifact: diagnostics.failed ? null : artifact,
    machine,
  };
  return { result, show };
}
