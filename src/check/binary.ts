/**
 * Operators: unary, binary, shifts and comparisons.
 *
 *     a + b*2 == c   →   compare(arith(a, arith(b, const)), c), untyped bool until its context types it
 *
 * A chain `a + b + …` is a left-deep tree: its spine is walked in a loop, so 100,000 terms need no deep stack.
 */

import type { Binary, BinaryOp, Expr, Unary } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { ConstValue, Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import {
  binaryConst,
  boolConst,
  compareConst,
  intConst,
  integerRange,
  representable,
  tooLarge,
  unaryConst,
} from './constants.ts';
import { mismatchAdvice, networkBits } from './advice.ts';
import { convertUntyped, requireRepresentable, tree } from './convert.ts';
import { checkExpr, checkValue } from './expr.ts';
import { defaultType } from './infer.ts';
import { addressOf } from './members.ts';
import { constant, describe, invalid, type Operand, refuse, report, show, textOf, value } from './operand.ts';
import { assignableTypes, incomparableReason } from './satisfy.ts';
import type { Env } from './scope.ts';
import {
  basic,
  hasNil,
  identical,
  isBoolean,
  isComparable,
  isInteger,
  isInvalid,
  isNumeric,
  isOrdered,
  isString,
  isUnsigned,
  isUntyped,
  pointer,
  uintType,
  under,
} from './types.ts';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

export function isShift(op: string): op is '<<' | '>>' {
  return op === '<<' || op === '>>';
}

// ---------------------------------------------------------------- binary

export function checkBinary(env: Env, expr: Binary): Operand {
  const spine: Binary[] = [];
  let left: Expr = expr;
  while (left.kind === 'Binary') {
    spine.push(left);
    left = left.x;
  }
  let x = checkValue(env, left);
  for (const node of spine.reverse()) x = combine(env, node, x, checkValue(env, node.y));
  return x;
}

function combine(env: Env, node: Binary, x: Operand, y: Operand): Operand {
  return binaryOperands(env, node.op, x, y, node.span, node.opSpan);
}

/** `x op y` of checked operands; op-assignments come here too. */
export function binaryOperands(
  env: Env,
  op: BinaryOp,
  x: Operand,
  y: Operand,
  span: Span,
  opSpan: Span,
): Operand {
  if (x.mode === 'invalid' || y.mode === 'invalid') return invalid(span);
  if (isShift(op)) return shift(env, op, x, y, span, opSpan);
  const matched = matchTypes(env, x, y);
  if (matched === null) {
    const types = { x: show(env, x.type), y: show(env, y.type), op, advice: mismatchAdvice(env, x, y) };
    if (x.mode === 'nil' || y.mode === 'nil') {
      const other = x.mode === 'nil' ? y : x;
      return refuse(env, 'nil-mismatch', span, { type: show(env, other.type), op });
    }
    return refuse(env, 'mismatched-types', span, types);
  }
  const [a, b] = matched;
  if (comparisons.has(op)) warnOfOrder(env, x, y, span);
  if (a.mode === 'invalid' || b.mode === 'invalid') return invalid(span);
  if (comparisons.has(op)) return comparison(env, op, a, b, span, opSpan);
  if (!identical(a.type, b.type))
    return refuse(env, 'mismatched-types', span, {
      x: show(env, a.type),
      y: show(env, b.type),
      op,
      advice: mismatchAdvice(env, a, b),
    });
  if (!operatorApplies(op, a.type)) return refuseOperator(env, op, a, span);
  if (op === '/' || op === '%') {
    const bad = zeroDivisor(env, a, b, span);
    if (bad !== null) return bad;
  }
  if (a.mode === 'const' && b.mode === 'const') return foldBinary(env, op, a.type, a.value, b.value, span);
  if (isString(a.type))
    return refuse(env, 'no-runtime-string', span, { what: 'joining strings that are not constant' });
  return value(arithmetic(op, a.type, tree(env, a), tree(env, b), span, opSpan));
}

/** A number as written, compared with one that is in network byte order. Zero is the same in both. */
function warnOfOrder(env: Env, x: Operand, y: Operand, span: Span): void {
  const [number, other] = x.mode === 'const' && isUntyped(x.type) ? [x, y] : [y, x];
  if (number.mode !== 'const' || !isUntyped(number.type) || number.value.kind !== 'int') return;
  const bits = networkBits(other.type);
  if (bits === null || number.value.value === 0n) return;
  report(env, 'network-order', span, {
    text: textOf(env, other.span),
    value: textOf(env, number.span),
    bits,
  });
}

function arithmetic(op: BinaryOp, type: Type, x: TExpr, y: TExpr, span: Span, opSpan: Span): TExpr {
  switch (op) {
    case '&&':
    case '||':
      return { kind: 'logical', type, span, op, x, y };
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '&':
    case '|':
    case '^':
    case '&^':
      return { kind: 'arith', type, span, op, opSpan, x, y };
    default:
      throw new Error(`${op} is not arithmetic`);
  }
}

function foldBinary(env: Env, op: BinaryOp, type: Type, x: ConstValue, y: ConstValue, span: Span): Operand {
  const folded = binaryConst(op, x, y, isInteger(type));
  return folded === null
    ? refuse(env, 'operator-not-defined', span, { op, type: show(env, type) })
    : fitted(env, type, folded, span);
}

/** A folded constant, after Go's overflow checks. */
function fitted(env: Env, type: Type, folded: ConstValue, span: Span): Operand {
  if (isUntyped(type)) {
    if (tooLarge(folded, isInteger(type))) return refuse(env, 'constant-too-large', span, {});
    return constant(span, type, folded);
  }
  return requireRepresentable(env, folded, type, span) ? constant(span, type, folded) : invalid(span);
}

function zeroDivisor(env: Env, x: Operand, y: Operand, span: Span): Operand | null {
  if (y.mode !== 'const' || (!isInteger(x.type) && x.mode !== 'const')) return null;
  const zero = y.value.kind === 'int' && y.value.value === 0n;
  return zero ? refuse(env, 'division-by-zero', span, {}) : null;
}

function operatorApplies(op: BinaryOp, type: Type): boolean {
  switch (op) {
    case '+':
      return isNumeric(type) || isString(type);
    case '-':
    case '*':
    case '/':
      return isNumeric(type);
    case '&&':
    case '||':
      return isBoolean(type);
    default:
      return isInteger(type);
  }
}

function refuseOperator(env: Env, op: string, x: Operand, span: Span): Operand {
  return refuse(env, 'operator-not-defined', span, { op, type: show(env, x.type) });
}

const untypedOrder: readonly string[] = ['untyped int', 'untyped rune', 'untyped float'];

/** Bring two operands to one type; null: they cannot be (nothing reported). */
function matchTypes(env: Env, x: Operand, y: Operand): readonly [Operand, Operand] | null {
  if (x.mode === 'nil' && y.mode === 'nil') return [x, y];
  const xUntyped = x.mode === 'nil' || isUntyped(x.type);
  const yUntyped = y.mode === 'nil' || isUntyped(y.type);
  if (xUntyped && yUntyped) return matchUntyped(x, y);
  if (xUntyped) {
    const typed = convertUntyped(env, x, y.type);
    return typed === null ? null : [typed, y];
  }
  if (yUntyped) {
    const typed = convertUntyped(env, y, x.type);
    return typed === null ? null : [x, typed];
  }
  return [x, y];
}

function matchUntyped(x: Operand, y: Operand): readonly [Operand, Operand] | null {
  if (identical(x.type, y.type)) return [x, y];
  const rank = (t: Type): number => (t.kind === 'basic' ? untypedOrder.indexOf(t.name) : -1);
  const [a, b] = [rank(x.type), rank(y.type)];
  if (a < 0 || b < 0) return null;
  const type = a > b ? x.type : y.type;
  const raise = (op: Operand): Operand => (op.mode === 'const' || op.mode === 'value' ? { ...op, type } : op);
  return [raise(x), raise(y)];
}

// ---------------------------------------------------------------- comparison

function comparison(env: Env, op: BinaryOp, x: Operand, y: Operand, span: Span, opSpan: Span): Operand {
  const mismatch = (): Operand =>
    refuse(env, 'mismatched-types', span, {
      x: show(env, x.type),
      y: show(env, y.type),
      op,
      advice: mismatchAdvice(env, x, y),
    });
  if (x.mode === 'nil' && y.mode === 'nil')
    return refuse(env, 'operator-not-defined', span, { op, type: 'nil' });
  if (!assignableTypes(env, x.type, y.type) && !assignableTypes(env, y.type, x.type)) return mismatch();
  const withNil = isNilValue(x) || isNilValue(y);
  if (op === '==' || op === '!=') {
    const type = isNilValue(x) ? y.type : x.type;
    const fine = withNil ? hasNil(type) : isComparable(x.type) && isComparable(y.type);
    if (!fine)
      return refuse(env, 'not-comparable', span, {
        type: show(env, type),
        part: incomparableReason(env, type),
        op,
      });
  } else if (!isOrdered(x.type)) return refuseOperator(env, op, x, span);
  const untypedBool = basic('untyped bool');
  if (x.mode === 'const' && y.mode === 'const')
    return constant(span, untypedBool, boolConst(compareConst(op, x.value, y.value)));
  return value(compareNode(env, op, x, y, span, opSpan));
}

function isNilValue(op: Operand): boolean {
  return op.mode === 'nil' || (op.mode === 'value' && op.x.kind === 'nil');
}

function compareNode(env: Env, op: BinaryOp, x: Operand, y: Operand, span: Span, opSpan: Span): TExpr {
  const settle = (o: Operand): TExpr => {
    const typed = isUntyped(o.type) ? convertUntyped(env, o, defaultType(o.type)) : o;
    return tree(env, typed ?? o);
  };
  let a = settle(x);
  let b = settle(y);
  if (!identical(a.type, b.type) && !isInvalid(a.type) && !isInvalid(b.type)) {
    if (assignableTypes(env, a.type, b.type)) a = { kind: 'convert', type: b.type, span: a.span, x: a };
    else b = { kind: 'convert', type: a.type, span: b.span, x: b };
  }
  switch (op) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { kind: 'compare', type: basic('untyped bool'), span, op, opSpan, x: a, y: b };
    default:
      throw new Error(`${op} is not a comparison`);
  }
}

// ---------------------------------------------------------------- shifts

/** Shift counts of constants beyond this are refused, as Go's compiler does. */
const maxShift = 1023n - 1n + 52n;

function shift(env: Env, op: '<<' | '>>', x: Operand, y: Operand, span: Span, opSpan: Span): Operand {
  const xConst = x.mode === 'const' && representable(x.value, 'untyped int') === 'yes' && isUntyped(x.type);
  if (!xConst && !isInteger(x.type)) {
    return refuse(env, 'shift-operand', span, { text: textOf(env, x.span), type: show(env, x.type) });
  }
  const count = shiftCount(env, y);
  if (count === null) return invalid(span);
  if (x.mode === 'const' && y.mode === 'const' && y.value.kind === 'int' && x.value.kind === 'int') {
    if (x.value.value !== 0n && y.value.value > maxShift)
      return refuse(env, 'shift-count', span, { text: textOf(env, y.span) });
    const amount = x.value.value === 0n ? 0n : y.value.value;
    const shifted = op === '<<' ? x.value.value << amount : x.value.value >> amount;
    const type = isUntyped(x.type) && !isInteger(x.type) ? basic('untyped int') : x.type;
    return fitted(env, type, intConst(shifted), span);
  }
  // An untyped constant shifted by a variable takes the type that its context wants.
  const left: TExpr = tree(env, x);
  return value({ kind: 'shift', type: left.type, span, op, opSpan, x: left, y: count });
}

/** The count as a typed tree; null after an error. */
function shiftCount(env: Env, y: Operand): TExpr | null {
  if (y.mode === 'const') {
    if (representable(y.value, 'untyped int') !== 'yes') {
      report(env, 'shift-count-type', y.span, { text: describe(env, y) });
      return null;
    }
    if (y.value.kind === 'int' && y.value.value < 0n) {
      report(env, 'shift-count-negative', y.span, { text: textOf(env, y.span) });
      return null;
    }
  } else if (!isInteger(y.type) && !(y.mode === 'value' && isUntyped(y.type) && isNumeric(y.type))) {
    report(env, 'shift-count-type', y.span, { text: describe(env, y) });
    return null;
  }
  const typed = isUntyped(y.type) ? convertUntyped(env, y, uintType) : y;
  return typed === null || typed.mode === 'invalid' ? null : tree(env, typed);
}

// ---------------------------------------------------------------- unary

export function checkUnary(env: Env, expr: Unary): Operand {
  switch (expr.op) {
    case '&':
      return addressOperand(env, expr);
    case '<-':
      return refuse(env, 'no-channel', expr.span, {});
    case '~':
      return refuse(env, 'tilde-outside-constraint', expr.span, {});
    default:
      return arithmeticUnary(env, expr.op, checkValue(env, expr.x), expr.span);
  }
}

function arithmeticUnary(env: Env, op: '+' | '-' | '^' | '!', x: Operand, span: Span): Operand {
  if (x.mode === 'invalid') return x;
  const applies = op === '!' ? isBoolean(x.type) : op === '^' ? isInteger(x.type) : isNumeric(x.type);
  if (x.mode === 'nil' || !applies) return refuseOperator(env, op, x, span);
  if (x.mode === 'const') {
    const u = under(x.type);
    const bits = isUnsigned(x.type) && u.kind === 'basic' ? (integerRange(u.name)?.bits ?? null) : null;
    const folded = unaryConst(op, x.value, bits);
    return folded === null ? refuseOperator(env, op, x, span) : fitted(env, x.type, folded, span);
  }
  const inside = tree(env, x);
  return value(op === '+' ? { ...inside, span } : { kind: 'unary', type: inside.type, span, op, x: inside });
}

function addressOperand(env: Env, expr: Unary): Operand {
  let target = expr.x;
  while (target.kind === 'Paren') target = target.x;
  const op = checkExpr(env, expr.x);
  if (op.mode === 'invalid') return op;
  if (op.mode === 'value' && op.x.kind === 'mapref')
    return value({ ...op.x, type: pointer(op.type), span: expr.span });
  if (op.mode === 'value' && target.kind === 'CompositeLit')
    return value({ kind: 'addr', type: pointer(op.type), span: expr.span, x: op.x });
  if (op.mode !== 'value' || !op.addressable)
    return refuse(
      env,
      op.mode === 'value' && op.mapElement ? 'address-of-map-element' : 'not-addressable',
      expr.span,
      { text: textOf(env, expr.x.span) },
    );
  return value({ ...addressOf(op.x), span: expr.span });
}
