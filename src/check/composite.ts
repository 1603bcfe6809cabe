/**
 * Composite literals.
 *
 *     Key{Port: 53}   →   composite [{index 1, const 53}]        []int{1, 2}   →   slice of an array literal
 *
 * Elements stand in the order written (the order of evaluation); what is missing is zero.
 */

import type { CompositeLit, Element, Expr } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { StructType, Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { assignTo } from './convert.ts';
import { checkExpr, checkValue } from './expr.ts';
import { visible } from './members.ts';
import { invalid, type Operand, refuse, report, show, value } from './operand.ts';
import type { Env } from './scope.ts';
import { array, coreType, isInvalid, pointer, under } from './types.ts';
import { checkType } from './typexpr.ts';

type Elements = Extract<TExpr, { kind: 'composite' }>['elements'];

/** `hint`: the element type of the literal around it, when its own is left out. */
export function checkComposite(env: Env, expr: CompositeLit, hint: Type | null): Operand {
  const type = literalType(env, expr, hint);
  if (type === null || isInvalid(type)) {
    for (const element of expr.elements) visitElement(env, element);
    return invalid(expr.span);
  }
  const held = under(type);
  if (expr.type === null && held.kind === 'pointer') return elidedPointer(env, expr, type, held.elem);
  const core = coreType(type);
  switch (core?.kind) {
    case 'struct':
      return literal(type, expr.span, structElements(env, expr, type, core));
    case 'array':
      return literal(type, expr.span, arrayElements(env, expr, core.elem, core.length).elements);
    case 'slice':
      return sliceLiteral(env, expr, type, core.elem);
    case 'map':
      return mapLiteral(env, expr, type);
    default:
      for (const element of expr.elements) visitElement(env, element);
      return refuse(env, 'bad-composite-type', expr.span, { type: show(env, type) });
  }
}

function literal(type: Type, span: Span, elements: Elements): Operand {
  return value({ kind: 'composite', type, span, elements });
}

function literalType(env: Env, expr: CompositeLit, hint: Type | null): Type | null {
  if (expr.type === null) {
    if (hint === null) report(env, 'composite-without-type', expr.span, {});
    return hint;
  }
  if (expr.type.kind === 'ArrayType' && expr.type.length === 'auto') {
    const elem = checkType(env, expr.type.element);
    return isInvalid(elem) ? elem : array(arrayLength(env, expr), elem);
  }
  return checkType(env, expr.type);
}

/** An untyped `{…}` where a pointer is wanted is `&T{…}`. */
function elidedPointer(env: Env, expr: CompositeLit, type: Type, elem: Type): Operand {
  const inside = checkComposite(env, expr, elem);
  if (inside.mode !== 'value') return inside;
  return value({ kind: 'addr', type, span: expr.span, x: inside.x });
}

function visitElement(env: Env, element: Element): void {
  if (element.value.kind === 'CompositeLit' && element.value.type === null)
    for (const nested of element.value.elements) visitElement(env, nested);
  else checkExpr(env, element.value);
}

/** A field's value: its type cannot be left out, unlike an element's. */
function fieldValue(env: Env, expr: Expr, type: Type): TExpr {
  return assignTo(env, checkValue(env, expr), type, 'struct literal');
}

function elementValue(env: Env, expr: Expr, type: Type, where: string): TExpr {
  const op =
    expr.kind === 'CompositeLit' && expr.type === null
      ? checkComposite(env, expr, type)
      : checkValue(env, expr);
  return assignTo(env, op, type, where);
}

// ---------------------------------------------------------------- structs

function structElements(env: Env, expr: CompositeLit, type: Type, struct: StructType): Elements {
  const keyed = expr.elements.filter((element) => element.key !== null).length;
  if (keyed === 0) return positional(env, expr, type, struct);
  if (keyed < expr.elements.length) {
    report(env, 'mixed-literal', (expr.elements.find((e) => e.key === null) ?? expr).span, {});
    for (const element of expr.elements) visitElement(env, element);
    return [];
  }
  const seen = new Set<number>();
  return expr.elements.flatMap((element) => {
    const index = fieldIndex(env, element, type, struct);
    const field = struct.fields[index];
    if (field === undefined) {
      visitElement(env, element);
      return [];
    }
    if (seen.has(index)) report(env, 'duplicate-field-value', element.span, { name: field.name });
    seen.add(index);
    return [{ index, value: fieldValue(env, element.value, field.type) }];
  });
}

function fieldIndex(env: Env, element: Element, type: Type, struct: StructType): number {
  if (element.key?.kind !== 'Ident') {
    report(env, 'bad-field-name', (element.key ?? element).span, {});
    return -1;
  }
  const { name } = element.key;
  const index = struct.fields.findIndex((field) => field.name === name && name !== '_');
  const owner = type.kind === 'named' ? type.pkg : null;
  if (index < 0) report(env, 'unknown-field', element.span, { name, type: show(env, type) });
  else if (!visible(env.pkg, owner, name)) {
    report(env, 'not-exported', element.span, { name, pkg: owner ?? '' });
    return -1;
  }
  return index;
}

function positional(env: Env, expr: CompositeLit, type: Type, struct: StructType): Elements {
  const { fields } = struct;
  const elements = expr.elements.flatMap((element, index) => {
    const field = fields[index];
    if (field === undefined) {
      if (index === fields.length)
        report(env, 'too-many-values', element.span, { type: show(env, type), want: fields.length });
      visitElement(env, element);
      return [];
    }
    const owner = type.kind === 'named' ? type.pkg : null;
    if (!visible(env.pkg, owner, field.name))
      report(env, 'not-exported', element.span, { name: field.name, pkg: owner ?? '' });
    return [{ index, value: fieldValue(env, element.value, field.type) }];
  });
  if (expr.elements.length > 0 && expr.elements.length < fields.length) {
    const end: Span = { ...expr.span, start: expr.span.end - 1 };
    report(env, 'too-few-values', end, {
      type: show(env, type),
      want: fields.length,
      have: expr.elements.length,
    });
  }
  return elements;
}

// ---------------------------------------------------------------- arrays and slices

/** Index of each element: its key, or one more than the one before. */
function* indices(env: Env, expr: CompositeLit, silent: boolean): Generator<readonly [number, Element]> {
  let next = 0;
  for (const element of expr.elements) {
    if (element.key !== null) {
      const key = constantKey(env, element.key, silent);
      if (key === null) continue;
      next = key;
    }
    yield [next, element];
    next++;
  }
}

function constantKey(env: Env, key: Expr, silent: boolean): number | null {
  const op = silent ? checkExpr({ ...env, sink: env.checker.silence }, key) : checkValue(env, key);
  if (op.mode === 'const' && op.value.kind === 'int' && op.value.value >= 0n && op.value.value < 1n << 31n)
    return Number(op.value.value);
  if (op.mode !== 'invalid' && !silent) report(env, 'bad-array-key', key.span, {});
  return null;
}

function arrayLength(env: Env, expr: CompositeLit): number {
  let length = 0;
  for (const [index] of indices(env, expr, true)) length = Math.max(length, index + 1);
  return length;
}

function arrayElements(
  env: Env,
  expr: CompositeLit,
  elem: Type,
  length: number | null,
): { readonly elements: Elements; readonly length: number } {
  const seen = new Set<number>();
  const elements: { index: number; value: TExpr }[] = [];
  let end = 0;
  let overflowed = false;
  for (const [index, element] of indices(env, expr, false)) {
    if (seen.has(index)) report(env, 'duplicate-index', (element.key ?? element).span, { index });
    seen.add(index);
    if (length !== null && index >= length && !overflowed) {
      report(env, 'index-out-of-range', element.span, { index, length });
      overflowed = true;
    }
    end = Math.max(end, index + 1);
    elements.push({ index, value: elementValue(env, element.value, elem, 'array or slice literal') });
  }
  return { elements, length: end };
}

/** `[]T{…}` is a slice of an array that the function holds. */
function sliceLiteral(env: Env, expr: CompositeLit, type: Type, elem: Type): Operand {
  const { elements, length } = arrayElements(env, expr, elem, null);
  const backing = array(length, elem);
  const { span } = expr;
  const held: TExpr = { kind: 'composite', type: backing, span, elements };
  const address: TExpr = { kind: 'addr', type: pointer(backing), span, x: held };
  const object: TExpr = { kind: 'deref', type: backing, span, x: address };
  return value({ kind: 'slice', type, span, x: object, low: null, high: null, max: null });
}

/** Go's map literal stands only above a package variable with `//bpf:map`, and is empty. */
function mapLiteral(env: Env, expr: CompositeLit, type: Type): Operand {
  const [first] = expr.elements;
  for (const element of expr.elements) {
    if (element.key !== null && element.key.kind !== 'CompositeLit') checkExpr(env, element.key);
    visitElement(env, element);
  }
  if (first !== undefined) return refuse(env, 'map-literal-elements', first.span, {});
  if (env.global === null || env.fn !== null) return refuse(env, 'local-map', expr.span, {});
  return literal(type, expr.span, []);
}
