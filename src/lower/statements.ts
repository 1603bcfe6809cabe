/**
 * Statements to blocks.
 *
 *     a, b = b, a+1   →   operands of the left, values of the right, then the stores from left to right
 *
 * Code after a jump is lowered into a block without predecessors, which dce removes.
 */

import type {
  TAssign,
  TBlock,
  TBranch,
  TDeclare,
  TDefer,
  TExpr,
  TIf,
  TOpAssign,
  TReturn,
  TStmt,
  TVar,
} from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { must, unreachable } from '../base/assert.ts';
import { under } from '../check/types.ts';
import type { BlockId } from '../ir/ir.ts';
import { mayTouch } from './analysis.ts';
import { argumentValues, callValue } from './calls.ts';
import { fill } from './composites.ts';
import { condition } from './conditions.ts';
import { at, type Context } from './context.ts';
import { exitFrame } from './defers.ts';
import { constant, enter, enterLabel, jump, storeCell } from './emit.ts';
import { expression, isPlace, operand, scalarValue } from './expressions.ts';
import { resultTypes } from './frames.ts';
import { binary, shiftBy } from './integers.ts';
import { goMapAssign, goMapLookup } from './intrinsics/gomaps.ts';
import { callIntrinsic } from './intrinsics/table.ts';
import { forStatement, rangeStatement } from './loops.ts';
import { place } from './places.ts';
import { scalarOf, shapeOf } from './shapes.ts';
import { switchStatement } from './switch.ts';
import { scalar, type Value } from './values.ts';
import { declare, detach, newBinding, read, temporary, write, zeroValue } from './variables.ts';

export function block(cx: Context, x: TBlock): void {
  statements(cx, x.stmts);
}

export function statements(cx: Context, list: readonly TStmt[]): void {
  for (const stmt of list) statement(cx, stmt);
}

export function statement(cx: Context, stmt: TStmt): void {
  at(cx, stmt.span);
  switch (stmt.kind) {
    case 'block':
      block(cx, stmt);
      return;
    case 'expr':
      expression(cx, stmt.x);
      return;
    case 'declare':
      declareStatement(cx, stmt);
      return;
    case 'assign':
      assignStatement(cx, stmt);
      return;
    case 'opassign':
      opAssignStatement(cx, stmt);
      return;
    case 'if':
      ifStatement(cx, stmt);
      return;
    case 'for':
      forStatement(cx, stmt);
      return;
    case 'range':
      rangeStatement(cx, stmt);
      return;
    case 'switch':
      switchStatement(cx, stmt);
      return;
    case 'return':
      returnStatement(cx, stmt);
      return;
    case 'branch':
      branchStatement(cx, stmt);
      return;
    case 'labeled': {
      const label = labelBlock(cx, stmt.label);
      jump(cx, label);
      enterLabel(cx, label);
      statement(cx, stmt.stmt);
      return;
    }
    case 'defer':
      deferStatement(cx, stmt);
      return;
    default:
      stmt satisfies never;
      return;
  }
}

// ---------------------------------------------------------------- declarations and assignments

function declareStatement(cx: Context, stmt: TDeclare): void {
  if (stmt.values === null) {
    for (const v of stmt.vars) declareZero(cx, v);
    return;
  }
  const only = stmt.values[0];
  if (stmt.vars.length === 1 && stmt.values.length === 1) {
    declareFrom(cx, stmt.vars[0]!, only!);
    return;
  }
  const values = severalValues(cx, stmt.values);
  stmt.vars.forEach((v, i) => {
    if (v.name !== '_') declare(cx, v, values[i]!);
  });
}

function declareZero(cx: Context, v: TVar): void {
  if (v.name === '_') return;
  if (shapeOf(v.type) !== 'memory') {
    declare(cx, v, zeroValue(cx, v.type));
    return;
  }
  const value = zeroValue(cx, v.type);
  if (value.kind === 'memory') adopt(cx, v, value);
}

/** Memory that nothing else refers to becomes the variable's own. */
function adopt(cx: Context, v: TVar, value: Value & { kind: 'memory' }): void {
  if (value.addr.kind === 'slot') cx.b.nameSlot(value.addr.slot, v.name, cx.b.pos);
  cx.frame.vars.set(v, { kind: 'memory', addr: value.addr, exact: true });
}

function declareFrom(cx: Context, v: TVar, x: TExpr): void {
  const value = expression(cx, x);
  if (v.name === '_') return;
  at(cx, v.span);
  const owned = value.kind === 'memory' && value.addr.kind === 'slot' && !isPlace(x);
  if (owned) adopt(cx, v, value);
  else declare(cx, v, value);
}

/** Values of a list, or of one call with several results; each is kept while the next are evaluated. */
function severalValues(cx: Context, list: readonly TExpr[]): readonly Value[] {
  const only = list[0];
  if (list.length === 1 && only !== undefined) {
    const value = tupleOf(cx, only);
    return value.kind === 'tuple' ? value.values : [value];
  }
  return list.map((x) => operand(cx, x));
}

/** An expression with several results: a call, or `v, ok := m[k]`. */
function tupleOf(cx: Context, x: TExpr): Value {
  if (x.kind === 'index' && under(x.x.type).kind === 'map' && x.type.kind === 'tuple')
    return goMapLookup(cx, x);
  return expression(cx, x);
}

type Assign = (value: Value) => void;

function isVar(x: TExpr | TVar): x is TVar {
  return x.kind === 'var';
}

/** The left side of an assignment: operands now, checks and store when called. */
export function assignee(cx: Context, x: TExpr | TVar | null): Assign {
  if (x === null) return () => {};
  if (isVar(x)) {
    return (value) => {
      if (x.name !== '_') declare(cx, x, value);
    };
  }
  if (x.kind === 'index' && under(x.x.type).kind === 'map') return goMapAssign(cx, x);
  const where = place(cx, x);
  return (value) => {
    const binding = where();
    at(cx, x.span);
    write(cx, binding, x.type, value, x.span);
  };
}

function assignStatement(cx: Context, stmt: TAssign): void {
  const only = stmt.values[0];
  const left = stmt.lhs[0];
  if (stmt.lhs.length === 1 && stmt.values.length === 1 && only !== undefined && left !== undefined) {
    if (left !== null && !isVar(left) && inPlace(cx, left, only)) return;
    const assign = assignee(cx, left);
    const value = expression(cx, only);
    assign(value);
    return;
  }
  const assigns = stmt.lhs.map((x) => assignee(cx, x));
  const values = severalValues(cx, stmt.values);
  assigns.forEach((assign, i) => {
    assign(values[i]!);
  });
}

/** `x = T{…}` straight into x, where the literal cannot see x. */
function inPlace(cx: Context, left: TExpr, x: TExpr): boolean {
  if (x.kind !== 'composite' || left.kind !== 'varref' || shapeOf(x.type) !== 'memory') return false;
  const { body } = cx.frame;
  const v = left.var;
  if (v.addressed || body.addressed.has(v) || body.captured.has(v) || !cx.frame.vars.has(v)) return false;
  if (mayTouch(x, v)) return false;
  const binding = place(cx, left)();
  if (binding.kind !== 'memory') return false;
  fill(cx, x, binding.addr);
  return true;
}

function opAssignStatement(cx: Context, stmt: TOpAssign): void {
  const { x, y, op } = stmt;
  const held = scalarOf(x.type);
  const combine = (old: Value): Value => {
    const right = scalarValue(cx, y);
    at(cx, stmt.span);
    if (old.kind !== 'scalar') return unreachable('arithmetic on no scalar');
    return scalar(
      op === '<<' || op === '>>'
        ? shiftBy(cx, op, old.id, held, right, scalarOf(y.type))
        : binary(cx, op, old.id, right, held),
    );
  };
  if (x.kind === 'index' && under(x.x.type).kind === 'map') {
    const assign = goMapAssign(cx, x);
    assign(combine(assign.old()));
    return;
  }
  const binding = place(cx, x)();
  at(cx, stmt.span);
  write(cx, binding, x.type, combine(read(cx, binding, x.type)), x.span);
}

// ---------------------------------------------------------------- control flow

function ifStatement(cx: Context, first: TIf): void {
  const done = cx.b.newBlock();
  let stmt: TIf | TBlock | null = first;
  while (stmt !== null && stmt.kind === 'if') {
    if (stmt.init !== null) statement(cx, stmt.init);
    const then = cx.b.newBlock();
    const otherwise: BlockId = stmt.else === null ? done : cx.b.newBlock();
    condition(cx, stmt.cond, then, otherwise);
    enter(cx, then);
    block(cx, stmt.then);
    if (cx.b.current !== null) jump(cx, done);
    if (stmt.else !== null) enter(cx, otherwise);
    stmt = stmt.else;
  }
  if (stmt !== null) {
    block(cx, stmt);
    if (cx.b.current !== null) jump(cx, done);
  }
  enter(cx, done);
}

/** The number of targets around the label: those that a goto does not leave. */
function labelDepth(cx: Context, label: string): number {
  return (
    cx.frame.targets.findLastIndex((target) => target.kind === 'crossing' && target.labels.has(label)) + 1
  );
}

function labelBlock(cx: Context, label: string): BlockId {
  const around = cx.frame.targets[labelDepth(cx, label) - 1];
  const before = around?.kind === 'crossing' ? around.labels.get(label) : cx.frame.labels.get(label);
  if (before !== undefined) return before;
  const made = cx.b.newBlock();
  cx.frame.labels.set(label, made);
  return made;
}

function branchStatement(cx: Context, stmt: TBranch): void {
  const { targets } = cx.frame;
  if (stmt.keyword === 'goto') {
    const label = must(stmt.label, 'goto without label');
    crossing(cx, labelDepth(cx, label), () => jump(cx, labelBlock(cx, label)));
    return;
  }
  for (let i = targets.length - 1; i >= 0; i--) {
    const target = targets[i]!;
    if (target.kind !== 'statement') continue;
    const to = stmt.keyword === 'break' ? target.breakTo : target.continueTo;
    const wanted = stmt.label === null ? to !== null : target.label === stmt.label;
    if (wanted && to !== null) {
      crossing(cx, i, () => jump(cx, to));
      return;
    }
  }
  unreachable(`${stmt.keyword} ${stmt.label ?? ''} has no target`);
}

/** Leaves bodies of `range` over functions that stand above target number `depth`, innermost first. */
function crossing(cx: Context, depth: number, go: () => void): void {
  const { targets } = cx.frame;
  for (let i = targets.length - 1; i >= depth; i--) {
    const target = targets[i]!;
    if (target.kind === 'crossing') {
      target.leave(() => crossing(cx, depth, go));
      return;
    }
  }
  go();
}

function returnStatement(cx: Context, stmt: TReturn): void {
  const { frame } = cx;
  if (stmt.values.length > 0) {
    const types =
      stmt.values.length === 1 ? resultTypes(stmt.values[0]!.type) : stmt.values.map((x) => x.type);
    const values =
      frame.results.length === 1 ? [expression(cx, stmt.values[0]!)] : severalValues(cx, stmt.values);
    at(cx, stmt.span);
    frame.onReturn?.(values, stmt.span);
    frame.results.forEach((binding, i) => {
      write(cx, binding, types[i] ?? unreachable('a result without a value'), values[i]!, stmt.span);
    });
  }
  crossing(cx, 0, () => exitFrame(cx, frame));
}

// ---------------------------------------------------------------- defer

function deferStatement(cx: Context, stmt: TDefer): void {
  const { frame } = cx;
  const facts = frame.body.defers.find((d) => d.stmt === stmt);
  const site = frame.defers[frame.body.defers.indexOf(must(facts, 'a defer that was not found'))]!;
  site.run = deferredCall(cx, stmt);
  if (site.armed !== null) storeCell(cx, site.armed, constant(cx, 'i32', 1n));
  frame.seen++;
}

/** Evaluates the function and its arguments now, into variables of their own; the result emits the call. */
function deferredCall(cx: Context, stmt: TDefer): () => void {
  const { call } = stmt;
  if (call.kind === 'closurecall') {
    const fn = expression(cx, call.fn);
    const args = saved(cx, argumentValues(cx, call.args, null), spreadTypes(call.args), stmt);
    if (fn.kind === 'func' && fn.set !== null) {
      // A nil function panics when it is called, not here; the variable may change until then.
      const kept = saved(cx, [scalar(fn.set)], [{ kind: 'basic', name: 'int32' }], stmt);
      return () => {
        const [set] = kept();
        callValue(
          cx,
          { ...fn, set: set?.kind === 'scalar' ? set.id : null },
          args(),
          call.fn.type,
          stmt.span,
        );
      };
    }
    return () => {
      callValue(cx, fn, args(), call.fn.type, stmt.span);
    };
  }
  if (call.kind === 'call') {
    const args = saved(cx, argumentValues(cx, call.args, null), spreadTypes(call.args), stmt);
    const fn: Value = { kind: 'func', callable: { kind: 'func', func: call.func }, set: null };
    return () => {
      callValue(cx, fn, args(), call.type, stmt.span);
    };
  }
  if (call.kind !== 'intrinsic') return unreachable(`defer of a ${call.kind}`);
  const args = saved(cx, argumentValues(cx, call.args, null), spreadTypes(call.args), stmt);
  return () => {
    callIntrinsic(cx, call, args());
  };
}

function spreadTypes(args: readonly TExpr[]): readonly Type[] {
  return args.length === 1 ? resultTypes(args[0]!.type) : args.map((x) => x.type);
}

/** Keeps values in variables until the function ends. */
function saved(
  cx: Context,
  values: readonly Value[],
  types: readonly Type[],
  stmt: TDefer,
): () => readonly Value[] {
  const kept = values.map((value, i) => {
    const type = types[i]!;
    if (value.kind === 'map' || value.kind === 'func' || value.kind === 'ref') return () => value;
    const binding = newBinding(cx, type, temporary);
    write(cx, binding, type, detach(cx, value, type), stmt.span);
    return () => read(cx, binding, type);
  });
  return () => kept.map((get) => get());
}
