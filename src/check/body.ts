/**
 * Function bodies: parameters, statements, then what only a whole body shows (unused variables, missing return).
 */

import type { Block } from '../ast/ast.ts';
import type { TBlock, TVar } from '../ast/typed.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import { checkLabels } from './labels.ts';
import { report } from './operand.ts';
import type { Env, FuncContext, FuncInstance } from './scope.ts';
import { newScope } from './scope.ts';
import { checkStmts } from './stmt.ts';
import { terminates } from './terminate.ts';

/** Put parameters and named results in the function's scope; they count as used. */
export function declareParameters(env: Env, params: readonly TVar[], results: readonly TVar[]): void {
  if (env.fn === null) return;
  for (const variable of [...params, ...results]) {
    if (variable.name === '_') continue;
    const { name, span } = variable;
    // Type parameters stand in the scope around, which is the same one for Go.
    const around = env.scope.parent?.kind === 'function' ? env.scope.parent.names.get(name) : undefined;
    const earlier = env.scope.names.get(name) ?? (around?.kind === 'type' ? around : undefined);
    if (earlier !== undefined)
      report(env, 'redeclared', span, { name }, [{ span: earlier.span, message: 'first declared here' }]);
    env.scope.names.set(name, { kind: 'local', name, span, var: variable, owner: env.fn, used: true });
  }
}

/** The statements of a body in the scope of its parameters. */
export function checkBody(env: Env, body: Block, hasResults: boolean): TBlock {
  const { fn } = env;
  if (fn !== null) fn.repeated.push(...checkLabels(env, body));
  const stmts = checkStmts(env, body.stmts);
  for (const local of fn?.locals ?? [])
    if (!local.used && fn?.skipped !== true) report(env, 'unused-variable', local.span, { name: local.name });
  if (hasResults && fn?.skipped !== true && !terminates(body.stmts, env.checker.panics))
    report(env, 'missing-return', { ...body.span, start: Math.max(body.span.start, body.span.end - 1) }, {});
  return { kind: 'block', span: body.span, stmts };
}

/** Check the body of a declared function, or of one instance of it. */
export function checkInstance(instance: FuncInstance): void {
  if (instance.checked) return;
  instance.checked = true;
  const { entity, func, env } = instance;
  const { body } = entity.decl;
  if (body === null) return;
  const isCopy = instance !== entity.opaque;
  const sink = isCopy ? new Diagnostics() : env.sink;
  const fn: FuncContext = {
    parent: null,
    instance,
    results: func.results,
    namedResults: func.namedResults,
    captures: new Set(),
    locals: [],
    repeated: [],
    assignedTo: new Set(),
    skipped: false,
  };
  const inside: Env = { ...env, sink, fn, scope: newScope('function', env.scope) };
  declareParameters(inside, func.params, func.namedResults ? func.results : []);
  func.body = checkBody(inside, body, func.results.length > 0);
  drain(env.checker.later);
  reportCopy(instance, sink);
}

export function drain(later: (() => void)[]): void {
  for (let next = later.shift(); next !== undefined; next = later.shift()) next();
}

/** An instance whose generic form was fine, but that eBPF or its constants forbid: report at the use. */
function reportCopy(instance: FuncInstance, sink: Diagnostics): void {
  const { entity } = instance;
  const first = sink.list.find((d) => d.severity === 'error');
  if (first === undefined || sink === instance.env.sink || instance.from === null) return;
  const main = entity.env.sink;
  if (main.failed) return;
  if (first.code === 'instance-too-deep') {
    main.list.push(first);
    return;
  }
  main.report('instance-error', instance.from, { name: instance.func.name, message: first.message }, [
    { span: first.span ?? entity.span, message: 'in this line' },
  ]);
}
