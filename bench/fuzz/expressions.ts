/**
 * Random expressions of a given type. They change nothing, so that the order in which their operands are evaluated,
 * which Go leaves open between variables and calls, cannot be seen.
 *
 *     expression(g, uint8, 2)   →   (v1.F2 & uint8(v3 << (v4 & 15)))
 */

import { booleanRows } from './booleans.ts';
import { call } from './calls.ts';
import { expr, type Part, type Piece, unique } from './piece.ts';
import { anyPlace, place } from './places.ts';
import type { Gen } from './state.ts';
import {
  bool,
  type GoType,
  type IntType,
  integers,
  isSame,
  literalValue,
  standIns,
  typeParameter,
  uint8,
  unsignedOf,
  zeroText,
} from './types.ts';

export interface Row<T extends GoType = GoType> {
  readonly weight: number;
  /** null: not possible here. */
  readonly make: (g: Gen, type: T, depth: number) => Piece | null;
}

export const of = (type: GoType, constant = false) =>
  expr(type.name, constant ? [] : standIns(type), constant);

export function literal(g: Gen, type: IntType): Piece {
  g.used.add('literal');
  return of(type, true)`${type.name}(${String(literalValue(g.random, type))})`;
}

/** Integer types that a conversion may come from. */
export function anyInt(g: Gen): IntType {
  const named = g.namedInts.filter((t) => t.kind === 'int');
  return named.length > 0 && g.random.chance(0.15) ? g.random.pick(named) : g.random.pick(integers);
}

/** An expression that is not constant in Go's sense. */
export function variable(g: Gen, type: GoType, depth: number): Piece {
  for (let tries = 0; tries < 3; tries++) {
    const made = expression(g, type, depth);
    if (!made.constant) return made;
  }
  return place(g, type) ?? source(g, type);
}

/** Something that varies, converted. */
function source(g: Gen, type: GoType): Piece {
  const from = anyPlace(g);
  if (type.kind === 'bool') return of(type)`(${from.piece} > ${from.type.name}(3))`;
  if (type.kind === 'int') {
    g.used.add('convert');
    return of(type)`${type.name}(${from.piece})`;
  }
  return composite(g, type, 0);
}

function binary(g: Gen, type: IntType, depth: number): Piece {
  const op = g.random.pick(['+', '-', '*', '&', '|', '^', '&^', '+', '-'] as const);
  g.used.add(op === '*' ? 'multiply' : op === '&^' ? 'and-not' : op === '+' || op === '-' ? 'add' : 'bits');
  const left = variable(g, type, depth - 1);
  const plain = g.random.chance(0.3);
  const right = plain
    ? of(
        type,
        true,
      )`${String(literalValue(g.random, { ...type, signed: false, bits: type.signed ? 8 : type.bits, parameter: type.parameter || type.signed }))}`
    : expression(g, type, depth - 1);
  return g.random.chance(0.8) || plain
    ? of(type)`(${left} ${op} ${right})`
    : of(type)`(${right} ${op} ${left})`;
}

function divide(g: Gen, type: IntType, depth: number): Piece {
  g.used.add('divide');
  const op = g.random.pick(['/', '%'] as const);
  const left = variable(g, type, depth - 1);
  const how = g.random.below(10);
  if (how < 5) {
    const by = literalValue(g.random, type);
    return of(type)`(${left} ${op} ${of(type, true)`${String(by === 0n ? 3n : by)}`})`;
  }
  const right = variable(g, type, depth - 1);
  if (how < 9 || g.guarded) return of(type)`(${left} ${op} (${right} | 1))`;
  g.used.add('unguarded-divide');
  return of(type)`(${left} ${op} ${right})`;
}

function shift(g: Gen, type: IntType, depth: number): Piece {
  g.used.add('shift');
  const op = g.random.pick(['<<', '>>'] as const);
  const left = g.random.chance(0.15) ? literal(g, type) : variable(g, type, depth - 1);
  if (g.random.chance(0.4) && !left.constant)
    return of(type)`(${left} ${op} ${g.random.below(type.bits + (g.random.chance(0.1) ? 9 : 0))})`;
  const count = anyInt(g);
  const amount = variable(g, count, depth - 1);
  if (count.signed) g.used.add('signed-shift-count');
  const bare = g.random.chance(count.signed ? 0.05 : 0.4);
  return bare
    ? of(type)`(${left} ${op} ${amount})`
    : of(type)`(${left} ${op} (${amount} & ${g.random.pick([7, 15, 31, 63, 127])}))`;
}

function unary(g: Gen, type: IntType, depth: number): Piece {
  const op = g.random.pick(['-', '^', '+'] as const);
  if (op === '-') g.used.add('negate');
  if (op === '^') g.used.add('complement');
  return of(type)`(${op}${variable(g, type, depth - 1)})`;
}

function convert(g: Gen, type: IntType, depth: number): Piece {
  g.used.add('convert');
  return of(type)`${type.name}(${variable(g, anyInt(g), depth - 1)})`;
}

function minMax(g: Gen, type: IntType, depth: number): Piece {
  const name = g.random.pick(['min', 'max'] as const);
  g.used.add(name);
  const first = variable(g, type, depth - 1);
  const second = expression(g, type, depth - 1);
  return g.random.chance(0.3)
    ? of(type)`${name}(${first}, ${second}, ${expression(g, type, 0)})`
    : of(type)`${name}(${first}, ${second})`;
}

const bitFunctions = [
  { name: 'LeadingZeros', to: 'int' },
  { name: 'TrailingZeros', to: 'int' },
  { name: 'OnesCount', to: 'int' },
  { name: 'Len', to: 'int' },
  { name: 'Reverse', to: 'same' },
  { name: 'ReverseBytes', to: 'same' },
  { name: 'RotateLeft', to: 'same' },
] as const;

function mathBits(g: Gen, type: IntType, depth: number): Piece | null {
  const row = g.random.pick(bitFunctions);
  const width = g.random.pick([8, 16, 32, 64] as const);
  if (row.name === 'ReverseBytes' && width === 8) return null;
  g.used.add('math-bits');
  const argument = variable(g, unsignedOf(width), depth - 1);
  const rest = row.name === 'RotateLeft' ? `, ${g.random.below(2 * width + 3) - width}` : '';
  return of(type)`${type.name}(bits.${row.name}${width}(${argument}${rest}))`;
}

function length(g: Gen, type: IntType): Piece | null {
  const slices = g.scope.filter((v) => v.form === 'slice');
  if (slices.length === 0 || type.name === 'T') return null;
  const name = g.random.pick(['len', 'cap'] as const);
  g.used.add(name);
  return of(type)`${type.name}(${name}(${g.random.pick(slices).name}))`;
}

function sizeof(g: Gen, type: IntType): Piece | null {
  const found = g.scope.filter(
    (v) => v.form === 'value' && (v.type.kind === 'struct' || v.type.kind === 'int'),
  );
  if (found.length === 0 || type.bits === 8) return null;
  g.used.add('sizeof');
  const v = g.random.pick(found);
  return v.type.name === 'T' ? null : of(type, true)`${type.name}(unsafe.Sizeof(${v.name}))`;
}

function stringIndex(g: Gen, type: IntType, depth: number): Piece | null {
  const strings = g.constants.filter((c) => c.type === 'string');
  if (strings.length === 0) return null;
  g.used.add('string-index');
  const s = g.random.pick(strings);
  const index = variable(g, uint8, depth - 1);
  return of(type)`${type.name}(${s.name}[${index} % ${s.length}])`;
}

function binaryRead(g: Gen, type: IntType): Piece | null {
  const width = g.random.pick([16, 32, 64] as const);
  const bytes = g.scope.filter(
    (v) =>
      (v.form === 'slice' && v.type.name === 'uint8' && v.length >= width / 8) ||
      (v.form === 'value' &&
        v.addressable &&
        v.type.kind === 'array' &&
        v.type.element.name === 'uint8' &&
        v.type.length >= width / 8),
  );
  if (bytes.length === 0) return null;
  g.used.add('binary-read');
  const v = g.random.pick(bytes);
  const room = (v.form === 'value' && v.type.kind === 'array' ? v.type.length : v.length) - width / 8;
  const order = g.random.pick(['Little', 'Big'] as const);
  return of(type)`${type.name}(binary.${order}Endian.Uint${width}(${v.name}[${g.random.below(room + 1)}:]))`;
}

function atomicLoad(g: Gen, type: IntType): Piece | null {
  if (g.atomics.length === 0 || g.func.pure) return null;
  g.used.add('atomic-load');
  const a = g.random.pick(g.atomics);
  const stem = a.type.name[0]?.toUpperCase() ?? '';
  const load = a.method ? `${a.name}.Load()` : `atomic.Load${stem}${a.type.name.slice(1)}(&${a.name})`;
  return of(type)`${type.name}(${load})`;
}

function constantName(g: Gen, type: GoType): Piece | null {
  const found = g.constants.filter((c) => c.type !== 'string' && isSame(c.type, type));
  if (found.length === 0) return null;
  g.used.add('constant');
  return of(type, true)`${g.random.pick(found).name}`;
}

/** Bits of a value through an unsafe pointer. */
function reinterpret(g: Gen, type: IntType): Piece | null {
  const found = g.scope.filter(
    (v) => v.form === 'value' && v.addressable && v.type.kind === 'int' && v.type.bits === type.bits,
  );
  if (found.length === 0 || type.parameter) return null;
  const v = g.random.pick(found);
  if (v.type.name === 'T') return null;
  v.shared = true;
  g.used.add('unsafe-pointer');
  return of(type)`*(*${type.name})(unsafe.Pointer(&${v.name}))`;
}

const integerRows: readonly Row<IntType>[] = [
  { weight: 24, make: (g, type) => place(g, type) },
  { weight: 10, make: literal },
  { weight: 18, make: binary },
  { weight: 6, make: divide },
  { weight: 8, make: shift },
  { weight: 4, make: unary },
  { weight: 12, make: convert },
  { weight: 3, make: minMax },
  { weight: 2, make: mathBits },
  { weight: 2, make: length },
  { weight: 1, make: sizeof },
  { weight: 1, make: stringIndex },
  { weight: 3, make: binaryRead },
  { weight: 2, make: atomicLoad },
  { weight: 3, make: constantName },
  { weight: 1, make: reinterpret },
  { weight: 8, make: call },
];

const shallow: readonly Row<IntType>[] = [
  { weight: 6, make: (g, type) => place(g, type) },
  { weight: 3, make: literal },
  { weight: 1, make: constantName },
];

/** A struct or an array from its parts. */
export function composite(g: Gen, type: GoType, depth: number): Piece {
  if (type.kind === 'array') {
    g.used.add('composite-array');
    const count = g.random.below(type.length + 1);
    const elements = Array.from({ length: count }, (_, i): Part => {
      const value = expression(g, type.element, depth - 1);
      const keyed = g.random.chance(0.2) && i === count - 1;
      return keyed ? expr('')`${type.length - 1}: ${value}, ` : expr('')`${value}, `;
    });
    return { ...of(type)``, parts: [`(${type.name}{`, ...elements, '})'] };
  }
  if (type.kind === 'struct') {
    g.used.add('composite-struct');
    const positional = g.random.chance(0.3);
    const fields = type.fields
      .filter(() => positional || g.random.chance(0.75))
      .map((f): Part => {
        const value = expression(g, f.type, depth - 1);
        return positional ? expr('')`${value}, ` : expr('')`${f.name}: ${value}, `;
      });
    return { ...of(type)``, parts: [`(${type.name}{`, ...fields, '})'] };
  }
  return of(type, true)`${zeroText(type)}`;
}

const aggregateRows: readonly Row[] = [
  { weight: 8, make: (g, type) => place(g, type) },
  { weight: 4, make: composite },
  { weight: 3, make: call },
];

function fromRows<T extends GoType>(g: Gen, rows: readonly Row<T>[], type: T, depth: number): Piece | null {
  for (let tries = 0; tries < 6; tries++) {
    const made = g.random.weighted(rows).make(g, type, depth);
    if (made !== null) return made;
  }
  return null;
}

export function expression(g: Gen, type: GoType, depth: number): Piece {
  switch (type.kind) {
    case 'int':
      return (
        fromRows(g, depth <= 0 ? shallow : type.parameter ? parameterRows : integerRows, type, depth) ??
        literal(g, type)
      );
    case 'bool':
      return fromRows(g, booleanRows(depth), bool, depth) ?? source(g, type);
    case 'array':
    case 'struct':
      return fromRows(g, aggregateRows, type, depth) ?? composite(g, type, depth);
    default:
      return type satisfies never;
  }
}

/** What every integer type can do. */
const parameterRows: readonly Row<IntType>[] = [
  { weight: 8, make: (g) => place(g, typeParameter) },
  { weight: 2, make: literal },
  { weight: 8, make: binary },
  { weight: 2, make: shift },
  { weight: 2, make: unary },
  { weight: 2, make: minMax },
  { weight: 2, make: convert },
];

/** The prefix of package-level names. */
export const packageName = (stem: string): string => `${unique}${stem}`;
