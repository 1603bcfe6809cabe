/**
 * Package-level constants and variables, resolved when first named.
 *
 *     const b = a + 1; const a = iota     →   b's value asks for a's; asking for a value being computed is a cycle
 */

import type { ConstDecl } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { ConstValue, Type } from '../ast/types.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import type { Span } from '../base/source.ts';
import { falseConst } from './constants.ts';
import { assignTo, convertUntyped, useDefault } from './convert.ts';
import { checkExpr, checkValue } from './expr.ts';
import { attachTarget, initialise } from './globals.ts';
import { describe, invalid, type Operand, report, show } from './operand.ts';
import { badExpr, type ConstEntity, descend, type Env, firstOfCycle, type GlobalEntity } from './scope.ts';
import { invalidType, isConstType, isInvalid } from './types.ts';
import { checkType } from './typexpr.ts';

// ---------------------------------------------------------------- constants

interface ConstResult {
  readonly type: Type;
  readonly value: ConstValue | null;
}

/** Type and value of the name at `index` of a constant declaration; invalid type after an error. */
export function constValueOf(env: Env, decl: ConstDecl, index: number): ConstResult {
  const inherits = decl.values.length === 0 && decl.type === null;
  const source = inherits ? decl.inherited : decl;
  const name = decl.names[index];
  if (!inherits || source === null || name === undefined) return valueAt(env, source, index, null);
  // What goes wrong in a repeated expression goes wrong at the name that repeats it.
  const sink = new Diagnostics();
  const result = valueAt({ ...env, sink }, source, index, name.span);
  for (const d of sink.list) env.sink.list.push({ ...d, span: name.span });
  return result;
}

function valueAt(env: Env, source: ConstDecl | null, index: number, repeatedAt: Span | null): ConstResult {
  const none = { type: invalidType, value: null };
  const expr = source?.values[index];
  const typeExpr = source?.type ?? null;
  const type = typeExpr === null ? null : checkType(env, typeExpr);
  if (expr === undefined) return none;
  const op = checkValue(env, expr);
  const span = repeatedAt ?? expr.span;
  if (op.mode === 'invalid') return none;
  if (type !== null) {
    if (isInvalid(type)) return none;
    if (!isConstType(type)) {
      // What repeats a declaration repeats no error of its type.
      if (repeatedAt === null)
        report(env, 'constant-type', typeExpr?.span ?? span, { type: show(env, type) });
      return none;
    }
  }
  if (op.mode !== 'const') {
    report(env, 'not-constant', span, { text: describe(env, op) });
    return none;
  }
  if (type === null) return { type: op.type, value: op.value };
  const typed = convertUntyped(env, { ...op, span }, type);
  if (typed === null || (typed.mode === 'const' && typed.type !== type)) {
    report(env, 'cannot-assign', span, {
      value: describe(env, op),
      type: show(env, type),
      where: 'constant declaration',
      advice: '',
    });
    return none;
  }
  return typed.mode === 'const' ? { type, value: typed.value } : none;
}

/** Report a constant declaration with too few or too many values. */
export function requireValueCount(env: Env, decl: ConstDecl): void {
  const inherits = decl.values.length === 0;
  const source = inherits ? decl.inherited : decl;
  const have = source?.values.length ?? 0;
  const missing = decl.names[have];
  if (missing !== undefined) report(env, 'missing-constant-value', missing.span, { name: missing.name });
  const extra = source?.values[decl.names.length];
  if (extra !== undefined)
    report(env, 'extra-constant-value', inherits ? (decl.names[0] ?? decl).span : extra.span, {});
}

/** The first declaration of a cycle is told; the types of all of it stay invalid. */
function reportCycle(env: Env, entity: ConstEntity | GlobalEntity, span: Span): void {
  const first = firstOfCycle(env.checker, entity);
  env.sink.report('initialisation-cycle', first.span, { name: first.name }, [
    { span, message: 'it is needed here' },
  ]);
}

/** Compute a package-level constant. `span`: the use that asks. */
export function resolveConst(entity: ConstEntity, env: Env, span: Span): void {
  const { source } = entity;
  if (entity.state === 'done' || source === null) return;
  if (entity.state === 'busy') {
    reportCycle(env, entity, span);
    entity.state = 'done';
    return;
  }
  entity.state = 'busy';
  const home: Env = { ...source.env, iota: BigInt(source.decl.iota) };
  descend(home, entity, () => {
    const { type, value } = constValueOf(home, source.decl, source.index);
    if (entity.state !== 'busy') return;
    entity.type = type;
    entity.value = value ?? falseConst;
  });
  entity.state = 'done';
}

// ---------------------------------------------------------------- variables

/** Find the type of a package variable; its initialiser is checked on the way if that gives the type. */
export function resolveGlobal(entity: GlobalEntity, env: Env, span: Span): void {
  if (entity.state === 'done') return;
  if (entity.state === 'busy') {
    reportCycle(env, entity, span);
    entity.state = 'done';
    return;
  }
  entity.state = 'busy';
  const home: Env = { ...entity.env, global: entity };
  const { decl } = entity;
  if (decl.type !== null) {
    entity.type = checkType(home, decl.type);
    attachTarget(entity);
    entity.state = 'done';
    return;
  }
  descend(home, entity, () => {
    const value = initialValue(home, entity, null);
    if (entity.state !== 'busy') return;
    entity.type = value.type;
    entity.state = 'done';
    attachTarget(entity);
    initialise(home, entity, value);
  });
  entity.state = 'done';
}

/** Check the initialiser of a variable that was declared with its type. */
export function checkInitialiser(entity: GlobalEntity): void {
  const home: Env = { ...entity.env, global: entity };
  resolveGlobal(entity, home, entity.span);
  if (entity.decl.type === null || entity.initialised) return;
  entity.initialised = true;
  if (entity.decl.values.length === 0) {
    initialise(home, entity, null);
    return;
  }
  descend(home, entity, () => initialise(home, entity, initialValue(home, entity, entity.type)));
}

function initialValue(env: Env, entity: GlobalEntity, type: Type | null): TExpr {
  const op = valueOfGlobal(env, entity);
  if (op.mode === 'invalid') return badExpr(op.span, invalidType);
  return type === null ? useDefault(env, op) : assignTo(env, op, type, 'variable declaration');
}

function valueOfGlobal(env: Env, entity: GlobalEntity): Operand {
  const { names, values } = entity.decl;
  const [only] = values;
  if (values.length === names.length) {
    const expr = values[entity.index];
    return expr === undefined ? invalid(entity.span) : checkValue(env, expr);
  }
  // One report for the whole declaration.
  if (entity.index > 0 || only === undefined) return invalid(entity.span);
  if (values.length === 1) {
    const op = checkExpr(env, only);
    if (op.mode === 'value' && op.type.kind === 'tuple' && op.type.types.length === names.length)
      report(env, 'initialiser-not-constant', only.span, { name: entity.name });
    else if (op.mode !== 'invalid') {
      const have = op.mode === 'value' && op.type.kind === 'tuple' ? op.type.types.length : 1;
      report(env, 'assignment-count', entity.span, { have, want: names.length, advice: '' });
    }
    return invalid(entity.span);
  }
  for (const value of values) checkExpr(env, value);
  report(env, 'assignment-count', entity.span, { have: values.length, want: names.length, advice: '' });
  return invalid(entity.span);
}
