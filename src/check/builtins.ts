/**
 * The built-in functions and those of package unsafe.
 *
 *     len(a) with a [8]T   →   const int 8        panic("x")   →   intrinsic builtin.panic
 *
 * One row per function: how many arguments it takes and what it makes of them. `len`, `cap`, `min`, `max` and the
 * unsafe size functions fold when Go says that they are constant.
 */

import type { Call, Expr } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { ConstValue, Type } from '../ast/types.ts';
import { memberAdvice } from './advice.ts';
import { binaryOperands } from './binary.ts';
import { compareConst, intConst } from './constants.ts';
import { assignTo, convertUntyped, tree, useDefault } from './convert.ts';
import { checkExpr, checkValue } from './expr.ts';
import { checkIndexValue } from './indexing.ts';
import { alignof, offsetof, sizeof } from './layout.ts';
import { findMember } from './members.ts';
import { constant, describe, invalid, type Operand, refuse, report, show, textOf, value } from './operand.ts';
import { requireFinite } from './recursive.ts';
import type { Env } from './scope.ts';
import {
  basic,
  byteType,
  coreType,
  identical,
  intType,
  isInteger,
  isInvalid,
  isOrdered,
  isString,
  isUntyped,
  noResults,
  pointer,
  stringType,
  uintptrType,
  under,
} from './types.ts';
import { checkType } from './typexpr.ts';

interface BuiltinRow {
  readonly min: number;
  readonly max: number;
  readonly check: (env: Env, call: Call, args: readonly Expr[]) => Operand;
}

const builtins = {
  len: { min: 1, max: 1, check: (env, call, args) => lengthOf(env, call, args, 'len') },
  cap: { min: 1, max: 1, check: (env, call, args) => lengthOf(env, call, args, 'cap') },
  min: { min: 1, max: Number.POSITIVE_INFINITY, check: (env, call, args) => extreme(env, call, args, 'min') },
  max: { min: 1, max: Number.POSITIVE_INFINITY, check: (env, call, args) => extreme(env, call, args, 'max') },
  copy: { min: 2, max: 2, check: copyElements },
  clear: { min: 1, max: 1, check: clearValue },
  panic: { min: 1, max: 1, check: panicWith },
  print: {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    check: (env, call, args) => printValues(env, call, args, 'print'),
  },
  println: {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    check: (env, call, args) => printValues(env, call, args, 'println'),
  },
  new: { min: 1, max: 1, check: newObject },
  delete: { min: 2, max: 2, check: deleteKey },
  append: {
    min: 1,
    max: Number.POSITIVE_INFINITY,
    check: (env, call, args) => outside(env, call, args, 'no-append'),
  },
  make: { min: 1, max: 3, check: refuseMake },
  recover: { min: 0, max: 0, check: (env, call, args) => outside(env, call, args, 'no-recover') },
  close: { min: 1, max: 1, check: (env, call, args) => outside(env, call, args, 'no-channel') },
  complex: { min: 2, max: 2, check: (env, call, args) => outside(env, call, args, 'no-float') },
  real: { min: 1, max: 1, check: (env, call, args) => outside(env, call, args, 'no-float') },
  imag: { min: 1, max: 1, check: (env, call, args) => outside(env, call, args, 'no-float') },
  'unsafe.Sizeof': { min: 1, max: 1, check: (env, call, args) => sizeOrAlign(env, call, args, sizeof) },
  'unsafe.Alignof': { min: 1, max: 1, check: (env, call, args) => sizeOrAlign(env, call, args, alignof) },
  'unsafe.Offsetof': { min: 1, max: 1, check: fieldOffset },
  'unsafe.Add': { min: 2, max: 2, check: pointerAdd },
  'unsafe.Slice': { min: 2, max: 2, check: pointerSlice },
  'unsafe.SliceData': { min: 1, max: 1, check: sliceData },
  'unsafe.String': {
    min: 2,
    max: 2,
    check: (env, call, args) => outside(env, call, args, 'no-unsafe-string'),
  },
  'unsafe.StringData': {
    min: 1,
    max: 1,
    check: (env, call, args) => outside(env, call, args, 'no-unsafe-string'),
  },
} as const satisfies Record<string, BuiltinRow>;

export const builtinNames: readonly string[] = Object.keys(builtins).filter((name) => !name.includes('.'));
export const unsafeNames: readonly string[] = Object.keys(builtins).filter((name) =>
  name.startsWith('unsafe.'),
);

function builtinRow(name: string): BuiltinRow | null {
  const rows: Readonly<Record<string, BuiltinRow>> = builtins;
  return rows[name] ?? null;
}

export function checkBuiltin(env: Env, call: Call, name: string): Operand {
  const row = builtinRow(name);
  if (row === null) return invalid(call.span);
  const have = call.args.length;
  if (have < row.min) {
    for (const arg of call.args) checkExpr(env, arg);
    return refuse(env, 'not-enough-arguments', call.rparen, { name, have, want: row.min });
  }
  if (have > row.max) {
    for (const arg of call.args) checkExpr(env, arg);
    const extra = call.args[row.max] ?? call;
    return refuse(env, 'too-many-arguments', extra.span, { name, have, want: row.max });
  }
  if (call.spread && name !== 'append') {
    for (const arg of call.args) checkExpr(env, arg);
    return refuse(env, 'spread-not-variadic', (call.args.at(-1) ?? call).span, {});
  }
  return row.check(env, call, call.args);
}

function intrinsic(
  call: Call,
  name: string,
  type: Type,
  args: readonly TExpr[],
  typeArgs: readonly Type[] = [],
): Operand {
  return value({
    kind: 'intrinsic',
    type,
    span: call.span,
    name: name.startsWith('unsafe.') ? name : `builtin.${name}`,
    typeArgs,
    args,
  });
}

/** Go that eBPF has no room for: the arguments are checked, then the call is refused by name. */
function outside(
  env: Env,
  call: Call,
  args: readonly Expr[],
  code: 'no-append' | 'no-recover' | 'no-channel' | 'no-float' | 'no-unsafe-string',
): Operand {
  for (const arg of args) checkExpr(env, arg);
  return refuse(env, code, call.span, {});
}

function refuseMake(env: Env, call: Call, args: readonly Expr[]): Operand {
  const [first, ...rest] = args;
  for (const arg of rest) checkExpr(env, arg);
  if (first === undefined) return invalid(call.span);
  if (first.kind === 'ChanType') return refuse(env, 'no-channel', call.span, {});
  const type = checkType(env, first);
  if (isInvalid(type)) return invalid(call.span);
  return coreType(type)?.kind === 'map'
    ? refuse(env, 'map-by-make', call.span, { type: show(env, type) })
    : refuse(env, 'no-make', call.span, {});
}

// ---------------------------------------------------------------- len, cap, min, max

/** Does evaluating the operand call something? Then `len` of an array is not constant. */
function hasCall(x: TExpr): boolean {
  switch (x.kind) {
    case 'call':
    case 'closurecall':
    case 'intrinsic':
      return true;
    case 'field':
    case 'deref':
    case 'addr':
    case 'convert':
    case 'unary':
      return hasCall(x.x);
    case 'index':
      return hasCall(x.x) || hasCall(x.i);
    case 'composite':
      return x.elements.some((element) => hasCall(element.value));
    default:
      return false;
  }
}

function lengthOf(env: Env, call: Call, args: readonly Expr[], name: 'len' | 'cap'): Operand {
  const [arg] = args;
  if (arg === undefined) return invalid(call.span);
  const op = checkValue(env, arg);
  if (op.mode === 'invalid') return op;
  if (op.mode === 'const' && op.value.kind === 'string' && name === 'len')
    return constant(call.span, intType, intConst(op.value.value.length));
  const core = coreType(op.type);
  const target = core?.kind === 'pointer' ? coreType(core.elem) : core;
  if (op.mode === 'value') {
    if (target?.kind === 'array') {
      const length: ConstValue = intConst(target.length);
      if (!hasCall(op.x)) return constant(call.span, intType, length);
      return intrinsic(call, name, intType, [op.x]);
    }
    if (core?.kind === 'slice' || (name === 'len' && core !== null && isString(core)))
      return intrinsic(call, name, intType, [op.x]);
    if (core?.kind === 'map' && name === 'len') return refuse(env, 'map-len', call.span, {});
  }
  return refuse(env, 'bad-builtin-argument', arg.span, { text: describe(env, op), name });
}

function extreme(env: Env, call: Call, args: readonly Expr[], name: 'min' | 'max'): Operand {
  const operands = args.map((arg) => checkValue(env, arg));
  let first: Operand | undefined;
  for (const op of operands) {
    if (op.mode === 'invalid') return invalid(call.span);
    if (op.mode === 'nil' || !isOrdered(op.type))
      return refuse(env, 'bad-builtin-argument', op.span, { text: describe(env, op), name });
    // Matching types pairwise is what Go does for min and max: as for the operands of `<`.
    first = first === undefined ? op : extremePair(env, call, name, first, op);
    if (first.mode === 'invalid') return first;
  }
  if (first === undefined) return invalid(call.span);
  if (first.mode === 'const') return { ...first, span: call.span };
  const { type } = first;
  const typed = operands.map((op) => assignTo(env, op, isUntyped(type) ? intType : type, 'argument'));
  if (isString(type))
    return refuse(env, 'no-runtime-string', call.span, { what: `${name} of strings that are not constant` });
  return intrinsic(call, name, isUntyped(type) ? intType : type, typed);
}

function extremePair(env: Env, call: Call, name: 'min' | 'max', x: Operand, y: Operand): Operand {
  const less = binaryOperands(env, '<', x, y, call.span, call.span);
  if (less.mode === 'invalid') return less;
  const type = isUntyped(x.type) ? y.type : x.type;
  if (x.mode === 'const' && y.mode === 'const') {
    const xFirst = compareConst('<', x.value, y.value) === (name === 'min');
    const chosen = xFirst ? x : y;
    return { ...chosen, type };
  }
  const kept = x.mode === 'const' ? y : x;
  return kept.mode === 'value' ? { ...kept, type } : kept;
}

// ---------------------------------------------------------------- memory

function copyElements(env: Env, call: Call, args: readonly Expr[]): Operand {
  const [to, from] = args.map((arg) => checkValue(env, arg));
  if (to === undefined || from === undefined || to.mode === 'invalid' || from.mode === 'invalid')
    return invalid(call.span);
  const target = coreType(to.type);
  const source = coreType(from.type);
  if (to.mode !== 'value' || target?.kind !== 'slice')
    return refuse(env, 'bad-builtin-argument', to.span, { text: describe(env, to), name: 'copy' });
  const fromString = source !== null && isString(source) && identical(under(target.elem), byteType);
  if (!fromString && (source?.kind !== 'slice' || !identical(source.elem, target.elem)))
    return refuse(env, 'bad-builtin-argument', from.span, { text: describe(env, from), name: 'copy' });
  const typed = isUntyped(from.type) ? convertUntyped(env, from, stringType) : from;
  return intrinsic(call, 'copy', intType, [to.x, tree(env, typed ?? from)]);
}

function clearValue(env: Env, call: Call, args: readonly Expr[]): Operand {
  const [arg] = args;
  const op = arg === undefined ? invalid(call.span) : checkValue(env, arg);
  if (op.mode === 'invalid') return op;
  const core = coreType(op.type);
  if (op.mode === 'value' && core?.kind === 'slice') return intrinsic(call, 'clear', noResults, [op.x]);
  if (core?.kind === 'map') return refuse(env, 'map-clear', call.span, {});
  return refuse(env, 'bad-builtin-argument', op.span, { text: describe(env, op), name: 'clear' });
}

function newObject(env: Env, call: Call, args: readonly Expr[]): Operand {
  const [arg] = args;
  if (arg === undefined) return invalid(call.span);
  const type = checkType(env, arg);
  return isInvalid(type) ? invalid(call.span) : intrinsic(call, 'new', pointer(type), [], [type]);
}

function deleteKey(env: Env, call: Call, args: readonly Expr[]): Operand {
  const [map, key] = args.map((arg) => checkValue(env, arg));
  if (map === undefined || key === undefined || map.mode === 'invalid') return invalid(call.span);
  const core = coreType(map.type);
  if (map.mode !== 'value' || core?.kind !== 'map')
    return refuse(env, 'bad-builtin-argument', map.span, { text: describe(env, map), name: 'delete' });
  return intrinsic(call, 'delete', noResults, [map.x, assignTo(env, key, core.key, 'argument')]);
}

function panicWith(env: Env, call: Call, args: readonly Expr[]): Operand {
  env.checker.panics.add(call);
  const [arg] = args;
  const op = arg === undefined ? invalid(call.span) : checkValue(env, arg);
  if (op.mode === 'invalid') return op;
  // `panic(nil)` aborts too; a float is as good as any other constant, since the value is not kept.
  const dropped =
    op.mode === 'nil' || (op.mode === 'const' && isUntyped(op.type) && op.value.kind === 'rational');
  return intrinsic(call, 'panic', noResults, dropped ? [] : [useDefault(env, op)]);
}

function printValues(env: Env, call: Call, args: readonly Expr[], name: 'print' | 'println'): Operand {
  const typed = args.map((arg) => useDefault(env, checkValue(env, arg)));
  for (const x of typed) {
    const u = under(x.type);
    const printable = u.kind === 'basic' || u.kind === 'pointer' || u.kind === 'interface';
    if (!printable) report(env, 'print-operand', x.span, { text: textOf(env, x.span), name });
  }
  return intrinsic(call, name, noResults, typed);
}

// ---------------------------------------------------------------- unsafe

/** Does the size of a type depend on a type parameter? */
function hasVariableSize(type: Type): boolean {
  switch (type.kind) {
    case 'typeparam':
      return true;
    case 'array':
      return hasVariableSize(type.elem);
    case 'struct':
      return type.fields.some((field) => hasVariableSize(field.type));
    case 'named':
      return type.typeArgs.length > 0 && hasVariableSize(type.underlying);
    default:
      return false;
  }
}

function sizeOrAlign(env: Env, call: Call, args: readonly Expr[], measure: (type: Type) => number): Operand {
  const [arg] = args;
  const op = arg === undefined ? invalid(call.span) : checkValue(env, arg);
  if (op.mode === 'invalid') return op;
  const x = useDefault(env, op);
  if (isInvalid(x.type) || !requireFinite(x.type)) return invalid(call.span);
  const measured: ConstValue = hasVariableSize(x.type) ? intConst(0) : intConst(measure(x.type));
  // In a generic function the size is known per instance only.
  if (hasVariableSize(x.type))
    return value({ kind: 'const', type: uintptrType, span: call.span, value: measured });
  return constant(call.span, uintptrType, measured);
}

function fieldOffset(env: Env, call: Call, args: readonly Expr[]): Operand {
  let [arg] = args;
  while (arg?.kind === 'Paren') arg = arg.x;
  if (arg?.kind !== 'Selector') return refuse(env, 'offsetof-selector', call.span, {});
  const base = checkValue(env, arg.x);
  if (base.mode === 'invalid') return base;
  const found = findMember(base.type, arg.sel.name);
  if (found?.kind !== 'field')
    return refuse(env, 'no-member', arg.sel.span, {
      type: show(env, base.type),
      name: arg.sel.name,
      advice: memberAdvice(base.type, arg.sel.name),
    });
  let at = base.type.kind === 'pointer' ? base.type.elem : base.type;
  let offset = 0;
  for (const [step, index] of found.path.entries()) {
    const u = under(at);
    if (u.kind === 'pointer' && step > 0)
      return refuse(env, 'offsetof-pointer', arg.span, { text: textOf(env, arg.span) });
    if (u.kind !== 'struct') return invalid(call.span);
    offset += offsetof(u, index);
    at = u.fields[index]?.type ?? at;
  }
  return constant(call.span, uintptrType, intConst(offset));
}

function pointerAdd(env: Env, call: Call, args: readonly Expr[]): Operand {
  const [base, offset] = args;
  if (base === undefined || offset === undefined) return invalid(call.span);
  const p = checkValue(env, base);
  const count = checkValue(env, offset);
  if (p.mode === 'invalid' || count.mode === 'invalid') return invalid(call.span);
  const unsafePointer = basic('unsafe.Pointer');
  const x = assignTo(env, p, unsafePointer, 'argument');
  const n = isUntyped(count.type) ? convertUntyped(env, count, intType) : count;
  if (n === null || (n.mode !== 'invalid' && !isInteger(n.type)))
    return refuse(env, 'index-type', count.span, { text: describe(env, count) });
  return intrinsic(call, 'unsafe.Add', unsafePointer, [x, tree(env, n)]);
}

function pointerSlice(env: Env, call: Call, args: readonly Expr[]): Operand {
  const [base, length] = args;
  if (base === undefined || length === undefined) return invalid(call.span);
  const p = checkValue(env, base);
  const n = checkIndexValue(env, length, null);
  if (p.mode === 'invalid' || n === null) return invalid(call.span);
  const core = coreType(p.type);
  if (p.mode !== 'value' || core?.kind !== 'pointer')
    return refuse(env, 'bad-builtin-argument', p.span, { text: describe(env, p), name: 'unsafe.Slice' });
  return intrinsic(call, 'unsafe.Slice', { kind: 'slice', elem: core.elem }, [p.x, n]);
}

function sliceData(env: Env, call: Call, args: readonly Expr[]): Operand {
  const [arg] = args;
  const op = arg === undefined ? invalid(call.span) : checkValue(env, arg);
  if (op.mode === 'invalid') return op;
  const core = coreType(op.type);
  if (op.mode !== 'value' || core?.kind !== 'slice')
    return refuse(env, 'bad-builtin-argument', op.span, {
      text: describe(env, op),
      name: 'unsafe.SliceData',
    });
  return intrinsic(call, 'unsafe.SliceData', pointer(core.elem), [op.x]);
}
