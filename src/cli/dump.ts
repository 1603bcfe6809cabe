/**
 * `--dump-ir`, `--dump-dir`, `--diff`, `--stop-after`: the program's text after passes. Text is made only for passes
 * that were asked for, since printing costs more than most passes.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Formed, printForm } from '../../passes/forms.ts';
import { passNames } from '../../passes/pipeline.ts';
import { suggest } from '../base/suggest.ts';
import type { CompileOptions, CompileResult } from '../compile.ts';
import { type Args, UsageError } from './args.ts';
import { fillFolder, writeText } from './files.ts';
import { lineDiff } from './line-diff.ts';

type Hook = NonNullable<CompileOptions['onAfterPass']>;

/** Names of passes given by the user, each checked. `lower` is the text before the first pass. */
export function checkPassNames(names: readonly string[], option: string): void {
  const known = ['lower', ...passNames];
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = suggest(name, known);
    throw new UsageError(
      `${option}: there is no pass ${name}${near === null ? '' : `; did you mean ${near}?`} (see bpfc passes)`,
    );
  }
}

export class Dumper {
  private readonly wanted: ReadonlySet<string> | null;
  private readonly toStderr: boolean;
  private readonly folder: string | null;
  private readonly diff: boolean;
  private readonly files: { readonly name: string; readonly text: string }[] = [];
  private previous = '';
  private count = 0;

  constructor(args: Args) {
    const passes = args.values.get('dump-ir');
    const named = passes === undefined || passes === '' ? [] : passes.split(',');
    checkPassNames(named, '--dump-ir');
    const stop = args.values.get('stop-after');
    if (stop !== undefined) checkPassNames([stop], '--stop-after');
    this.wanted = named.length === 0 ? null : new Set(named);
    this.toStderr = passes !== undefined;
    this.folder = args.values.get('dump-dir') ?? null;
    this.diff = args.values.has('diff');
    if (this.diff && !this.toStderr && this.folder === null) {
      throw new UsageError('--diff needs --dump-ir or --dump-dir');
    }
  }

  /** What the compiler calls after every pass; null when nothing is dumped. */
  hook(): Hook | null {
    if (!this.toStderr && this.folder === null) return null;
    return (pass, formed) => this.after(pass, formed);
  }

  private after(pass: string, formed: Formed): void {
    const number = String(this.count++).padStart(2, '0');
    const shown = this.wanted === null || this.wanted.has(pass);
    if (!shown && !this.diff && this.folder === null) return;
    const text = printForm(formed);
    const out = this.diff ? lineDiff(this.previous, text) : text;
    this.previous = text;
    const ending = formed.form === 'ssa' ? 'ir' : 'mir';
    if (this.toStderr && shown && out !== '') writeText(2, `# after ${pass}\n${out}\n`);
    if (this.folder !== null && shown)
      this.files.push({ name: `${number}-${pass}.${this.diff ? 'diff' : ending}`, text: out });
  }

  /** Writes the files of `--dump-dir`. */
  finish(): void {
    if (this.folder === null) return;
    fillFolder(this.folder, (folder) => {
      for (const file of this.files) writeFileSync(join(folder, file.name), file.text);
    });
  }

  /** Text of the last form that the compilation reached. */
  printReached(result: CompileResult): string | null {
    return result.reached === null ? null : printForm(result.reached);
  }
}
