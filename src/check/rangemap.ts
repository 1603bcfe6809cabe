/**
 * `range` over a Go map: the loop's body becomes a function that the kernel calls for every element.
 *
 *     for k, v := range hits { if v == 9 { return k } }
 *       →  var left int32; var r uint32
 *          hits.ForEach(func(kp *uint32, vp *uint64) bool {
 *              k := *kp; v := *vp; if v == 9 { r = k; left = 1; return false }; return true
 *          })
 *          if left == 1 { return r }
 *
 * `continue` is `return true`, `break` is `return false`; what leaves further is noted in `left`, and done once the kernel
 * has returned. Invariant: no jump leads out of the function's body.
 */

import { labelsIn } from '../ast/labels.ts';
import type { TBlock, TExpr, TFuncLit, TIf, TRange, TReturn, TStmt, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { boolConst, intConst } from './constants.ts';
import { type Env, type FuncContext, newVar } from './scope.ts';
import { basic, boolType, intType } from './types.ts';

/** The environment of the loop's variables and body: what they use of the function around is captured. */
export function visitEnv(env: Env): Env {
  const { fn } = env;
  return fn === null ? env : { ...env, fn: { ...fn, parent: fn, captures: new Set() } };
}

const int32 = basic('int32');

const use = (v: TVar, span: Span): TExpr => ({ kind: 'varref', type: v.type, span, var: v });
const number = (n: number, span: Span): TExpr => ({ kind: 'const', type: int32, span, value: intConst(n) });
const block = (span: Span, ...stmts: readonly TStmt[]): TBlock => ({ kind: 'block', span, stmts });
const declare = (vars: readonly TVar[], span: Span): TStmt => ({ kind: 'declare', span, vars, values: null });

const assign = (vars: readonly TVar[], values: readonly TExpr[], span: Span): TStmt => ({
  kind: 'assign',
  span,
  lhs: vars.map((v) => use(v, span)),
  values,
});

/** `return true` of the function goes on, `return false` stops. */
const visited = (more: boolean, span: Span): TReturn => ({
  kind: 'return',
  span,
  values: [{ kind: 'const', type: boolType, span, value: boolConst(more) }],
});

interface Leaving {
  readonly own: string | null;
  /** Labels of the body itself. */
  readonly inside: ReadonlySet<string>;
  /** Says which of `exits` is to be done; 0: none. */
  readonly left: TVar;
  readonly exits: TStmt[];
  /** Where the values of a `return` wait. */
  readonly results: () => readonly TVar[];
}

/** Whom a jump without label belongs to: statements of the body around it, or the loop itself. */
interface Nested {
  readonly breaks: boolean;
  readonly continues: boolean;
}

function leave(l: Leaving, s: TStmt, values: readonly TExpr[]): TBlock {
  const { span } = s;
  const vars = values.length === 0 ? [] : l.results();
  const after: TStmt =
    s.kind === 'return' && values.length > 0 ? { ...s, values: vars.map((v) => use(v, span)) } : s;
  const n = l.exits.push(after);
  const kept = values.length === 0 ? [] : [assign(vars, values, span)];
  return block(span, ...kept, assign([l.left], [number(n, span)], span), visited(false, span));
}

function rewriteIf(l: Leaving, s: TIf, nested: Nested): TIf {
  const otherwise = s.else?.kind === 'if' ? rewriteIf(l, s.else, nested) : s.else;
  return {
    ...s,
    then: rewriteBlock(l, s.then, nested),
    else: otherwise?.kind === 'block' ? rewriteBlock(l, otherwise, nested) : otherwise,
  };
}

const rewriteBlock = (l: Leaving, s: TBlock, nested: Nested): TBlock => ({
  ...s,
  stmts: s.stmts.map((stmt) => rewrite(l, stmt, nested)),
});

function rewrite(l: Leaving, s: TStmt, nested: Nested): TStmt {
  switch (s.kind) {
    case 'block':
      return rewriteBlock(l, s, nested);
    case 'if':
      return rewriteIf(l, s, nested);
    case 'for':
    case 'range':
      return { ...s, body: rewriteBlock(l, s.body, { breaks: true, continues: true }) };
    case 'switch': {
      const within = { ...nested, breaks: true };
      const cases = s.cases.map((c) => ({ ...c, body: c.body.map((stmt) => rewrite(l, stmt, within)) }));
      return { ...s, cases };
    }
    case 'labeled':
      return { ...s, stmt: rewrite(l, s.stmt, nested) };
    case 'return':
      return leave(l, s, s.values);
    case 'branch': {
      const { keyword, label, span } = s;
      if (label === null ? (keyword === 'break' ? nested.breaks : nested.continues) : l.inside.has(label))
        return s;
      const isOwn = keyword !== 'goto' && (label === null || label === l.own);
      return isOwn ? visited(keyword === 'continue', span) : leave(l, s, []);
    }
    case 'expr':
    case 'declare':
    case 'assign':
    case 'opassign':
    case 'defer':
      return s;
    default:
      return s satisfies never;
  }
}

/** A statement whose `x` is a map. */
type MapRange = Omit<TRange, 'kind' | 'over'>;

/** `range` of `env`, with variables and body of `visitEnv(env)`, as a call of ForEach and what follows it. */
export function rangeOverMap(env: Env, visit: Env, stmt: MapRange, key: Type, value: Type): TStmt {
  const { span } = stmt;
  const captures: FuncContext['captures'] = visit.fn?.captures ?? new Set();
  const shared = (name: string, type: Type): TVar => {
    const v = newVar(env.checker, name, type, span);
    v.captured = true;
    v.assigned = true;
    captures.add(v);
    return v;
  };
  let results: readonly TVar[] = [];
  const leaving: Leaving = {
    own: stmt.label,
    inside: new Set(labelsIn(stmt.body)),
    left: shared('left', int32),
    exits: [],
    results: () => {
      if (results.length === 0) results = (env.fn?.results ?? []).map((r, i) => shared(`r${i}`, r.type));
      return results;
    },
  };
  const element = (
    of: TRange['key'],
    type: Type,
  ): { readonly param: TVar; readonly bound: readonly TStmt[] } => {
    const param = newVar(env.checker, '_', { kind: 'pointer', elem: type }, span);
    const content: TExpr = { kind: 'deref', type, span, x: use(param, span) };
    if (of === null) return { param, bound: [] };
    if (of.kind === 'var')
      return { param, bound: [{ kind: 'declare', span, vars: [of], values: [content] }] };
    return { param, bound: [{ kind: 'assign', span, lhs: [of], values: [content] }] };
  };
  const [first, second] = [element(stmt.key, key), element(stmt.value, value)];
  const body = rewriteBlock(leaving, stmt.body, { breaks: false, continues: false });
  const params = [first.param, second.param];
  const literal: TFuncLit = {
    kind: 'funclit',
    type: { kind: 'func', params: params.map((p) => p.type), results: [boolType], variadic: false },
    span,
    params,
    results: [newVar(env.checker, 'r0', boolType, span)],
    namedResults: false,
    body: block(span, ...first.bound, ...second.bound, body, visited(true, span)),
    captures: [...captures],
  };
  const call: TExpr = {
    kind: 'intrinsic',
    type: intType,
    span: stmt.x.span,
    name: 'bpf.HashMap.ForEach',
    typeArgs: [key, value],
    args: [stmt.x, literal],
  };
  const exits = leaving.exits.map((exit, i): TStmt => {
    const cond: TExpr = {
      kind: 'compare',
      type: boolType,
      span,
      op: '==',
      opSpan: span,
      x: use(leaving.left, span),
      y: number(i + 1, span),
    };
    return { kind: 'if', span, init: null, cond, then: block(span, exit), else: null };
  });
  return block(span, declare([leaving.left, ...results], span), { kind: 'expr', span, x: call }, ...exits);
}
