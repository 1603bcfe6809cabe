/**
 * User errors as values. A diagnostic has a stable code (a row of the code tables), a span and texts.
 * Nothing in the compiler prints: it collects diagnostics and returns them.
 */

import { budgetCodes } from './codes/budget.ts';
import { checkCodes } from './codes/check.ts';
import { commandCodes } from './codes/command.ts';
import { externCodes } from './codes/externs.ts';
import { kfuncCodes } from './codes/kfuncs.ts';
import { platformCodes } from './codes/platform.ts';
import type { CodeArgs, CodeRow } from './codes/row.ts';
import { structOpsCodes } from './codes/struct-ops.ts';
import { syntaxCodes } from './codes/syntax.ts';
import type { Span } from './source.ts';

export const codes = {
  ...syntaxCodes,
  ...checkCodes,
  ...platformCodes,
  ...kfuncCodes,
  ...externCodes,
  ...structOpsCodes,
  ...commandCodes,
  ...budgetCodes,
} as const;

export type Code = keyof typeof codes;

/** The arguments that a code's texts need, by name. */
export type Args<C extends Code> = { readonly [K in CodeArgs<(typeof codes)[C]>]: string | number | bigint };

export interface Related {
  readonly span: Span;
  readonly message: string;
}

export interface Diagnostic {
  readonly code: Code;
  readonly severity: 'error' | 'warning' | 'note';
  readonly span: Span | null;
  readonly message: string;
  readonly help: string | null;
  readonly related: readonly Related[];
}

function fill(text: string, args: Readonly<Record<string, string | number | bigint>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(args[name] ?? hole));
}

/** Make a diagnostic from its row. `span` is null only where there is no source (command line, object files). */
export function diagnostic<C extends Code>(
  code: C,
  span: Span | null,
  args: Args<C>,
  related: readonly Related[] = [],
): Diagnostic {
  const row: CodeRow = codes[code];
  const help = row.help === undefined ? '' : fill(row.help, args);
  return {
    code,
    severity: row.severity,
    span,
    message: fill(row.message, args),
    help: help === '' ? null : help,
    related,
  };
}

/** Collects diagnostics in the order found. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  private readonly tolerated: ReadonlySet<Code>;

  /** `tolerated`: errors that count as warnings, for tests that let the kernel judge what the compiler refuses. */
  constructor(tolerated: Iterable<Code> = []) {
    this.tolerated = new Set(tolerated);
  }

  report<C extends Code>(code: C, span: Span | null, args: Args<C>, related: readonly Related[] = []): void {
    const found = diagnostic(code, span, args, related);
    this.list.push(this.tolerated.has(code) ? { ...found, severity: 'warning' } : found);
  }

  /** An empty list with the same tolerance. */
  fork(): Diagnostics {
    return new Diagnostics(this.tolerated);
  }

  get failed(): boolean {
    return this.list.some((d) => d.severity === 'error');
  }
}
