/** `bpfc opt`: runs named passes on textual IR (`.ir`) or machine code (`.mir`). `bpfc passes`: the pipeline. */

import { type Formed, parseForm, printForm } from '../../passes/forms.ts';
import type { AnyPass } from '../../passes/pass.ts';
import { passesByName, passNames, pipeline } from '../../passes/pipeline.ts';
import { runPasses } from '../../passes/run.ts';
import { must } from '../base/assert.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { malformedCode } from '../bpf/malformed.ts';
import type { MFunc } from '../bpf/minst.ts';
import { targetOf } from '../compile.ts';
import { formatProblem, verifyModule } from '../ir/verify.ts';
import { type Args, UsageError } from './args.ts';
import { compileOptions } from './compile.ts';
import { checkPassNames, Dumper } from './dump.ts';
import { checkOutput, readText, writeOutput, writeText } from './files.ts';
import { showDiagnostics, table } from './output.ts';

export function optCommand(args: Args): number {
  const path = args.files[0];
  if (path === undefined || args.files.length > 1)
    throw new UsageError('bpfc opt takes one file, .ir or .mir');
  const kind = path.endsWith('.mir') ? 'mir' : 'ir';
  const list = args.values.get('passes');
  if (list === undefined) throw new UsageError('bpfc opt needs --passes A,B; bpfc passes lists them');
  const names = list.split(',').filter((name) => name !== '');
  checkPassNames(names, '--passes');
  const output = args.values.get('output') ?? '-';
  checkOutput(output, args.files);
  const file = sourceFile(0, path === '-' ? 'stdin.ir' : path, readText(path));
  const diagnostics = new Diagnostics();
  const input = parseForm(file, kind, diagnostics);
  if (input === null || diagnostics.failed) return showDiagnostics(diagnostics.list, [file], args) ? 1 : 0;
  for (const problem of problemsOf(input)) diagnostics.report('bad-ir', null, { what: problem });
  if (diagnostics.failed) return showDiagnostics(diagnostics.list, [file], args) ? 1 : 0;
  const passes = names.map((name) => must(passesByName.get(name), name));
  const wrong = firstMisfit(input.form, passes);
  if (wrong !== null) throw new UsageError(wrong);
  const dumper = new Dumper(args);
  const context = { target: targetOf(compileOptions(args, 'ir')), diagnostics, files: [file] };
  const reached = runPasses(input, passes, context, { onAfterPass: dumper.hook(), paranoid: true });
  dumper.finish();
  if (showDiagnostics(diagnostics.list, [file], args)) return 1;
  writeOutput(output, printForm(reached));
  return 0;
}

/** What makes text that reads well no program. */
function problemsOf(input: Formed): readonly string[] {
  if (input.form === 'ssa')
    return verifyModule(input.value).map((problem) => `malformed SSA: ${formatProblem(problem)}`);
  const funcs: readonly MFunc<number>[] = input.value.funcs;
  return funcs.flatMap((func) => malformedCode(func).map((what) => `malformed code: @${func.name}, ${what}`));
}

/** Why the passes cannot run in this order on this form, or null. */
function firstMisfit(form: string, passes: readonly AnyPass[]): string | null {
  let at = form;
  for (const pass of passes) {
    if (pass.from !== at) return `pass ${pass.name} takes ${pass.from}, here the program is ${at}`;
    at = pass.to;
  }
  return null;
}

export function passesCommand(args: Args): number {
  if (args.files.length > 0) throw new UsageError('bpfc passes takes no files');
  const level = compileOptions(args, 'ir').optimize;
  const order = pipeline.filter((step) => step.levels.includes(level)).map((step) => step.pass);
  if (args.values.has('json')) {
    writeText(
      1,
      `${JSON.stringify(
        order.map((p) => ({ name: p.name, from: p.from, to: p.to, doc: p.doc })),
        null,
        2,
      )}\n`,
    );
    return 0;
  }
  const rows = order.map((p) => [p.name, p.from === p.to ? p.from : `${p.from} → ${p.to}`, p.doc]);
  writeText(1, table(rows));
  const unused = passNames.filter((name) => !order.some((p) => p.name === name));
  if (unused.length > 0) writeText(1, `\nnot run at -O${level}: ${unused.join(', ')}\n`);
  return 0;
}
