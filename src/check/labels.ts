/**
 * Jumps of one function body: labels, `goto`, `break`, `continue`, `fallthrough`.
 *
 *     goto done; x := 1; done: …   →   error at the goto: it jumps over the declaration of x
 *
 * Runs on syntax alone, before the statements are checked. Function literals inside have their own labels.
 */

import type { Block, Branch, Case, Labeled, Stmt } from '../ast/ast.ts';
import type { Span } from '../base/source.ts';
import { report } from './operand.ts';
import type { Env } from './scope.ts';

interface Label {
  readonly stmt: Labeled;
  used: boolean;
}

interface Jump {
  readonly stmt: Branch;
  readonly name: string;
}

/** Statements around a place that `break` and `continue` can mean. */
interface Around {
  readonly loop: boolean;
  readonly breakable: boolean;
  /** Labels of enclosing statements. */
  readonly labels: readonly { readonly name: string; readonly loop: boolean; readonly breakable: boolean }[];
  /** Labels that a `goto` reaches by jumping out: declared so far in the blocks around. */
  readonly reachable: ReadonlySet<string>;
}

interface Walk {
  readonly env: Env;
  readonly labels: Map<string, Label>;
  readonly repeated: Span[];
  /** `fallthrough` statements that end a clause. */
  readonly inPlace: Set<Branch>;
  /** A statement was met whose inside is not known (`select`, type switch). */
  skipped: boolean;
}

/** Check the jumps; gives the source ranges that run more than once (loops, backward gotos). */
export function checkLabels(env: Env, body: Block): readonly Span[] {
  const walk: Walk = { env, labels: new Map(), repeated: [], inPlace: new Set(), skipped: false };
  collect(walk, body.stmts);
  const around: Around = { loop: false, breakable: false, labels: [], reachable: new Set() };
  for (const jump of block(walk, body.stmts, around)) {
    const label = walk.labels.get(jump.name);
    if (label === undefined)
      report(env, 'undefined-label', (jump.stmt.label ?? jump.stmt).span, { name: jump.name });
    else {
      label.used = true;
      report(env, 'goto-into-block', (jump.stmt.label ?? jump.stmt).span, { name: jump.name }, [
        { span: label.stmt.label.span, message: 'the label is here' },
      ]);
    }
  }
  for (const [name, label] of walk.labels)
    if (!label.used && !walk.skipped) report(env, 'unused-label', label.stmt.label.span, { name });
  return walk.repeated;
}

/** The statement lists directly inside a statement. */
function* insides(stmt: Stmt): Generator<readonly Stmt[]> {
  switch (stmt.kind) {
    case 'Block':
      yield stmt.stmts;
      return;
    case 'If':
      for (let at: Stmt | null = stmt; at !== null; ) {
        if (at.kind !== 'If') {
          yield at.kind === 'Block' ? at.stmts : [at];
          return;
        }
        yield at.then.stmts;
        at = at.else;
      }
      return;
    case 'For':
    case 'Range':
      yield stmt.body.stmts;
      return;
    case 'Switch':
      for (const clause of stmt.cases) yield clause.body;
      return;
    case 'Labeled':
      yield [stmt.stmt];
      return;
    default:
      return;
  }
}

function collect(walk: Walk, stmts: readonly Stmt[]): void {
  for (const stmt of stmts) {
    if (stmt.kind === 'Labeled' && stmt.label.name !== '_') {
      const { name } = stmt.label;
      const earlier = walk.labels.get(name);
      if (earlier !== undefined)
        report(walk.env, 'duplicate-label', stmt.label.span, { name }, [
          { span: earlier.stmt.label.span, message: 'first declared here' },
        ]);
      else walk.labels.set(name, { stmt, used: false });
    }
    for (const list of insides(stmt)) collect(walk, list);
  }
}

/** Walk one block; gives the gotos whose label has not been seen. */
function block(walk: Walk, stmts: readonly Stmt[], around: Around): readonly Jump[] {
  let pending: Jump[] = [];
  let declared: Span | null = null;
  const reachable = new Set(around.reachable);
  const visit = (stmt: Stmt, names: readonly string[]): void => {
    switch (stmt.kind) {
      case 'DeclStmt':
        if (stmt.decls.some((d) => d.kind === 'VarDecl')) declared = stmt.span;
        return;
      case 'Assign':
        if (stmt.op === ':=') declared = stmt.span;
        return;
      case 'Labeled': {
        const { name } = stmt.label;
        reachable.add(name);
        const over = declared;
        pending = pending.filter((jump) => {
          if (jump.name !== name) return true;
          const label = walk.labels.get(name);
          if (label !== undefined) label.used = true;
          if (over !== null && over.start > jump.stmt.span.start)
            report(walk.env, 'goto-over-declaration', (jump.stmt.label ?? jump.stmt).span, { name }, [
              { span: over, message: 'the declaration is here' },
            ]);
          return false;
        });
        visit(stmt.stmt, [name]);
        return;
      }
      case 'Branch':
        pending.push(...branch(walk, stmt, { ...around, reachable }));
        return;
      default:
        pending.push(...nested(walk, stmt, names, { ...around, reachable }));
    }
  };
  for (const stmt of stmts) visit(stmt, []);
  return pending;
}

function nested(walk: Walk, stmt: Stmt, names: readonly string[], around: Around): readonly Jump[] {
  walk.skipped ||= stmt.kind === 'Select' || stmt.kind === 'TypeSwitch';
  const loop = stmt.kind === 'For' || stmt.kind === 'Range';
  const breakable = loop || stmt.kind === 'Switch' || stmt.kind === 'TypeSwitch' || stmt.kind === 'Select';
  if (loop) walk.repeated.push(stmt.body.span);
  const inner: Around = {
    loop: around.loop || loop,
    breakable: around.breakable || breakable,
    labels: [...around.labels, ...names.map((name) => ({ name, loop, breakable }))],
    reachable: around.reachable,
  };
  if (stmt.kind === 'Switch')
    return stmt.cases.flatMap((clause, i) => caseBody(walk, clause, i === stmt.cases.length - 1, inner));
  const jumps: Jump[] = [];
  for (const list of insides(stmt)) jumps.push(...block(walk, list, inner));
  return jumps;
}

/** A `fallthrough` is in place only as the last statement of a clause that is not the last. */
function caseBody(walk: Walk, clause: Case, isLast: boolean, around: Around): readonly Jump[] {
  let last: Stmt | undefined = clause.body.filter((stmt) => stmt.kind !== 'Empty').at(-1);
  while (last?.kind === 'Labeled') last = last.stmt;
  if (last?.kind === 'Branch' && last.keyword === 'fallthrough') {
    walk.inPlace.add(last);
    if (isLast) report(walk.env, 'fallthrough-last', last.span, {});
  }
  return block(walk, clause.body, around);
}

function branch(walk: Walk, stmt: Branch, around: Around): readonly Jump[] {
  const { env } = walk;
  if (stmt.keyword === 'fallthrough') {
    if (!walk.inPlace.has(stmt)) report(env, 'fallthrough-place', stmt.span, {});
    return [];
  }
  if (stmt.label === null) {
    if (stmt.keyword === 'break' && !around.breakable) report(env, 'break-outside', stmt.span, {});
    if (stmt.keyword === 'continue' && !around.loop) report(env, 'continue-outside', stmt.span, {});
    return [];
  }
  const { name } = stmt.label;
  const label = walk.labels.get(name);
  if (stmt.keyword === 'goto') {
    if (!around.reachable.has(name)) return [{ stmt, name }];
    if (label === undefined) return [];
    label.used = true;
    walk.repeated.push({ ...stmt.span, start: label.stmt.span.start });
    return [];
  }
  if (label === undefined) {
    report(env, 'undefined-label', stmt.label.span, { name });
    return [];
  }
  label.used = true;
  const target = around.labels.find((l) => l.name === name);
  const fine = stmt.keyword === 'break' ? target?.breakable : target?.loop;
  if (fine !== true) report(env, 'bad-branch-label', stmt.label.span, { name, keyword: stmt.keyword });
  return [];
}
