/**
 * Function literals.
 *
 *     func(i uint32) bool { sum += i; return true }   →   funclit with captures [sum]
 */

import type { FuncLit } from '../ast/ast.ts';
import type { TVar } from '../ast/typed.ts';
import { checkBody, declareParameters } from './body.ts';
import { variables } from './instances.ts';
import { type Operand, value } from './operand.ts';
import { type Env, type FuncContext, newScope, newVar } from './scope.ts';
import { signatureOf } from './typexpr.ts';

/** `assignedTo`: variables that hold the literal itself, so that a call of one inside is recursion. */
export function checkFuncLit(env: Env, expr: FuncLit, assignedTo: ReadonlySet<TVar> = new Set()): Operand {
  const type = signatureOf(env, expr.type);
  const make = (name: string, t: TVar['type'], span: TVar['span']): TVar =>
    newVar(env.checker, name, t, span);
  const params = variables(expr.type.params, type.params, () => '_', make);
  const results = variables(expr.type.results, type.results, (i) => `r${i}`, make);
  const namedResults = expr.type.results.some((field) => field.names.length > 0);
  const fn: FuncContext = {
    parent: env.fn,
    instance: env.fn?.instance ?? null,
    results,
    namedResults,
    captures: new Set(),
    locals: [],
    repeated: [],
    skipped: false,
    assignedTo: new Set([...assignedTo, ...(env.fn?.assignedTo ?? [])]),
  };
  const inside: Env = { ...env, scope: newScope('function', env.scope), fn };
  declareParameters(inside, params, namedResults ? results : []);
  const body = checkBody(inside, expr.body, results.length > 0);
  const captures = [...fn.captures];
  return value({ kind: 'funclit', type, span: expr.span, params, results, namedResults, body, captures });
}
