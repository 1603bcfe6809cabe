/**
 * The rewrite rules of the SSA form, as data: applied by `simplify`, proved by rules/prove.ts for all values at 32 and
 * 64 bits. How they are written: rules/expr.ts.
 *
 * A rule never makes code costlier and the set terminates: the right side weighs less than the left (a test computes
 * both with `weigh`), or only moves a constant to the right.
 */

import { type Expr, parseRule, type Rule } from './expr.ts';

type Row = readonly [name: string, rule: string, ...guards: string[]];

const identities: readonly Row[] = [
  ['add-zero', '(add $x 0) => $x'],
  ['sub-zero', '(sub $x 0) => $x'],
  ['sub-self', '(sub $x $x) => 0'],
  ['mul-zero', '(mul $x 0) => 0'],
  ['mul-one', '(mul $x 1) => $x'],
  ['mul-minus-one', '(mul $x -1) => (neg $x)'],
  ['udiv-one', '(udiv $x 1) => $x'],
  ['sdiv-one', '(sdiv $x 1) => $x'],
  ['urem-one', '(urem $x 1) => 0'],
  ['srem-one', '(srem $x 1) => 0'],
  ['udiv-of-zero', '(udiv 0 $x) => 0'],
  ['sdiv-of-zero', '(sdiv 0 $x) => 0'],
  ['urem-of-zero', '(urem 0 $x) => 0'],
  ['srem-of-zero', '(srem 0 $x) => 0'],
  ['sdiv-minus-one', '(sdiv $x -1) => (neg $x)'],
  ['srem-minus-one', '(srem $x -1) => 0'],
  ['and-zero', '(and $x 0) => 0'],
  ['and-ones', '(and $x -1) => $x'],
  ['and-self', '(and $x $x) => $x'],
  ['or-zero', '(or $x 0) => $x'],
  ['or-ones', '(or $x -1) => -1'],
  ['or-self', '(or $x $x) => $x'],
  ['xor-zero', '(xor $x 0) => $x'],
  ['xor-self', '(xor $x $x) => 0'],
  ['shl-zero', '(shl $x 0) => $x'],
  ['lshr-zero', '(lshr $x 0) => $x'],
  ['ashr-zero', '(ashr $x 0) => $x'],
  ['shl-of-zero', '(shl 0 $x) => 0'],
  ['lshr-of-zero', '(lshr 0 $x) => 0'],
  ['ashr-of-zero', '(ashr 0 $x) => 0'],
  ['and-absorbs-or', '(and $x (or $x $y)) => $x'],
  ['or-absorbs-and', '(or $x (and $x $y)) => $x'],
];

const constantsRight: readonly Row[] = (
  ['add', 'mul', 'and', 'or', 'xor', 'icmp.eq', 'icmp.ne'] as const
).map((op): Row => [`${op}-constant-right`, `(${op} C $x) => (${op} $x C)`]);

const negations: readonly Row[] = [
  ['neg-neg', '(neg (neg $x)) => $x'],
  ['neg-sub', '(neg (sub $x $y)) => (sub $y $x)'],
  ['sub-from-zero', '(sub 0 $x) => (neg $x)'],
  ['sub-from-ones', '(sub -1 $x) => (xor $x -1)'],
  ['add-neg', '(add $x (neg $y)) => (sub $x $y)'],
  ['sub-neg', '(sub $x (neg $y)) => (add $x $y)'],
  ['sub-constant', '(sub $x C) => (add $x (neg C))'],
  ['sub-then-add', '(add (sub $x $y) $y) => $x'],
  ['add-then-sub', '(sub (add $x $y) $y) => $x'],
  ['sub-of-sub', '(sub $x (sub $x $y)) => $y'],
  ['xor-twice', '(xor (xor $x $y) $y) => $x'],
];

const associations: readonly Row[] = [
  ...(['add', 'mul', 'and', 'or', 'xor'] as const).map(
    (op): Row => [`${op}-${op}`, `(${op} (${op} $x C1) C2) => (${op} $x (${op} C1 C2))`],
  ),
  ['sub-from-then-add', '(add (sub C1 $x) C2) => (sub (add C1 C2) $x)'],
  ['sub-of-add', '(sub C1 (add $x C2)) => (sub (sub C1 C2) $x)'],
  ['and-or-disjoint', '(and (or $x C1) C2) => (and $x C2)', '(icmp.eq (and C1 C2) 0)'],
  ['or-and-covered', '(or (and $x C1) C2) => (or $x C2)', '(icmp.eq (or C1 C2) -1)'],
];

const inRange = ['(icmp.ult C1 width)', '(icmp.ult C2 width)'] as const;
const together = '(icmp.ult (add C1 C2) width)';
const beyond = '(icmp.uge (add C1 C2) width)';

const shifts: readonly Row[] = [
  ['shl-shl', '(shl (shl $x C1) C2) => (shl $x (add C1 C2))', ...inRange, together],
  ['lshr-lshr', '(lshr (lshr $x C1) C2) => (lshr $x (add C1 C2))', ...inRange, together],
  ['ashr-ashr', '(ashr (ashr $x C1) C2) => (ashr $x (add C1 C2))', ...inRange, together],
  ['shl-shl-out', '(shl (shl $x C1) C2) => 0', ...inRange, beyond],
  ['lshr-lshr-out', '(lshr (lshr $x C1) C2) => 0', ...inRange, beyond],
  ['ashr-ashr-out', '(ashr (ashr $x C1) C2) => (ashr $x (sub width 1))', ...inRange, beyond],
  ['shl-lshr', '(lshr (shl $x C) C) => (and $x (lshr -1 C))'],
  ['lshr-shl', '(shl (lshr $x C) C) => (and $x (shl -1 C))'],
  ['ashr-shl', '(shl (ashr $x C) C) => (and $x (shl -1 C))'],
];

/** The bits that a signed division by a power of two adds before it shifts. */
const bias = '(lshr (ashr $x (sub width 1)) (sub width (log2 C)))';

const strength: readonly Row[] = [
  ['mul-pow2', '(mul $x C) => (shl $x (log2 C))', '(pow2 C)'],
  ['udiv-pow2', '(udiv $x C) => (lshr $x (log2 C))', '(pow2 C)'],
  ['urem-pow2', '(urem $x C) => (and $x (sub C 1))', '(pow2 C)'],
  ['sdiv-pow2', `(sdiv $x C) => (ashr (add $x ${bias}) (log2 C))`, '(pow2 C)', '(icmp.sgt C 1)'],
  ['srem-pow2', `(srem $x C) => (sub $x (and (add $x ${bias}) (neg C)))`, '(pow2 C)', '(icmp.sgt C 1)'],
];

const extensions: readonly Row[] = [
  ['trunc-zext', '(trunc (zext $x)) => $x'],
  ['trunc-sext', '(trunc (sext $x)) => $x'],
  ['zext-trunc', '(zext (trunc $x)) => $x', '(known-zero $x 0xffffffff00000000)'],
  ['sext-positive', '(sext $x) => (zext $x)', '(known-zero $x 0x80000000)'],
  ['sext-trunc-lshr', '(sext (trunc (lshr $x 32))) => (ashr $x 32)'],
  ['sext-trunc-positive', '(sext (trunc $x)) => $x', '(known-zero $x 0xffffffff80000000)'],
  ['trunc-and', '(trunc (and $x C)) => (trunc $x)', '(icmp.eq (trunc C) -1)'],
  ...(['add', 'sub', 'mul', 'and', 'or', 'xor'] as const).flatMap((op): Row[] => [
    [`trunc-${op}-zext`, `(trunc (${op} (zext $x) (zext $y))) => (${op} $x $y)`],
    [`trunc-${op}-sext`, `(trunc (${op} (sext $x) (sext $y))) => (${op} $x $y)`],
    [`trunc-${op}-zext-constant`, `(trunc (${op} (zext $x) C)) => (${op} $x (trunc C))`],
    [`trunc-${op}-sext-constant`, `(trunc (${op} (sext $x) C)) => (${op} $x (trunc C))`],
  ]),
  ['sext8-sext8', '(sext8 (sext8 $x)) => (sext8 $x)'],
  ['sext16-sext16', '(sext16 (sext16 $x)) => (sext16 $x)'],
  ['sext16-sext8', '(sext16 (sext8 $x)) => (sext8 $x)'],
  ['sext8-sext16', '(sext8 (sext16 $x)) => (sext8 $x)'],
  ['sext8-and', '(sext8 (and $x C)) => (sext8 $x)', '(icmp.eq (and C 0xff) 0xff)'],
  ['sext16-and', '(sext16 (and $x C)) => (sext16 $x)', '(icmp.eq (and C 0xffff) 0xffff)'],
  ['sext8-positive', '(sext8 $x) => $x', '(known-zero $x -128)'],
  ['sext16-positive', '(sext16 $x) => $x', '(known-zero $x -32768)'],
  ['and-sext8', '(and (sext8 $x) C) => (and $x C)', '(icmp.eq (and C -256) 0)'],
  ['and-sext16', '(and (sext16 $x) C) => (and $x C)', '(icmp.eq (and C -65536) 0)'],
  ['and-known', '(and $x C) => $x', '(known-zero $x (xor C -1))'],
  ['and-known-zero', '(and $x C) => 0', '(known-zero $x C)'],
  ['bswap16-bswap16', '(bswap16 (bswap16 $x)) => (and $x 0xffff)'],
  ['bswap32-bswap32', '(bswap32 (bswap32 $x)) => $x', '(known-zero $x 0xffffffff00000000)'],
  ['bswap64-bswap64', '(bswap64 (bswap64 $x)) => $x'],
  ['bswap16-and', '(bswap16 (and $x C)) => (bswap16 $x)', '(icmp.eq (and C 0xffff) 0xffff)'],
];

/** Each comparison with its opposite and with its operands exchanged. */
const comparisons = [
  ['eq', 'ne', 'eq'],
  ['ne', 'eq', 'ne'],
  ['ult', 'uge', 'ugt'],
  ['ule', 'ugt', 'uge'],
  ['ugt', 'ule', 'ult'],
  ['uge', 'ult', 'ule'],
  ['slt', 'sge', 'sgt'],
  ['sle', 'sgt', 'sge'],
  ['sgt', 'sle', 'slt'],
  ['sge', 'slt', 'sle'],
] as const;

const reflexive: readonly string[] = ['eq', 'ule', 'uge', 'sle', 'sge'];
const orderings = comparisons.filter(([name]) => name !== 'eq' && name !== 'ne');

const compares: readonly Row[] = [
  ...comparisons.flatMap(([name, opposite]): Row[] => [
    [`not-${name}`, `(icmp.eq (icmp.${name} $x $y) 0) => (icmp.${opposite} $x $y)`],
    [`is-${name}`, `(icmp.ne (icmp.${name} $x $y) 0) => (icmp.${name} $x $y)`],
    [`is-one-${name}`, `(icmp.eq (icmp.${name} $x $y) 1) => (icmp.${name} $x $y)`],
    [`is-not-one-${name}`, `(icmp.ne (icmp.${name} $x $y) 1) => (icmp.${opposite} $x $y)`],
    [`flip-${name}`, `(xor (icmp.${name} $x $y) 1) => (icmp.${opposite} $x $y)`],
    [`${name}-self`, `(icmp.${name} $x $x) => ${reflexive.includes(name) ? 1 : 0}`],
  ]),
  ...orderings.map(
    ([name, , swapped]): Row => [`${name}-constant-right`, `(icmp.${name} C $x) => (icmp.${swapped} $x C)`],
  ),
  ['ult-zero', '(icmp.ult $x 0) => 0'],
  ['uge-zero', '(icmp.uge $x 0) => 1'],
  ['ugt-ones', '(icmp.ugt $x -1) => 0'],
  ['ule-ones', '(icmp.ule $x -1) => 1'],
  ['ult-one', '(icmp.ult $x 1) => (icmp.eq $x 0)'],
  ['uge-one', '(icmp.uge $x 1) => (icmp.ne $x 0)'],
  ['ugt-zero', '(icmp.ugt $x 0) => (icmp.ne $x 0)'],
  ['ule-zero', '(icmp.ule $x 0) => (icmp.eq $x 0)'],
  ...(['eq', 'ne'] as const).flatMap((name): Row[] => [
    [`${name}-sub`, `(icmp.${name} (sub $x $y) 0) => (icmp.${name} $x $y)`],
    [`${name}-xor`, `(icmp.${name} (xor $x $y) 0) => (icmp.${name} $x $y)`],
    [`${name}-add-constant`, `(icmp.${name} (add $x C1) C2) => (icmp.${name} $x (sub C2 C1))`],
    [`${name}-xor-constant`, `(icmp.${name} (xor $x C1) C2) => (icmp.${name} $x (xor C2 C1))`],
    [
      `${name}-bswap16`,
      `(icmp.${name} (bswap16 $x) C) => (icmp.${name} $x (bswap16 C))`,
      '(known-zero $x -65536)',
      '(icmp.eq (and C -65536) 0)',
    ],
    [
      `${name}-bswap32`,
      `(icmp.${name} (bswap32 $x) C) => (icmp.${name} $x (bswap32 C))`,
      '(known-zero $x 0xffffffff00000000)',
      '(icmp.eq (and C 0xffffffff00000000) 0)',
    ],
    [
      `${name}-and-bswap16`,
      `(icmp.${name} (and (bswap16 $x) C) 0) => (icmp.${name} (and $x (bswap16 C)) 0)`,
      '(icmp.eq (and C -65536) 0)',
    ],
    [`${name}-bswap64`, `(icmp.${name} (bswap64 $x) C) => (icmp.${name} $x (bswap64 C))`],
  ]),
  ['ult-known', '(icmp.ult $x C) => 1', '(known-ult $x C)'],
  ['ule-known', '(icmp.ule $x C) => 1', '(known-ult $x C)'],
  ['uge-known', '(icmp.uge $x C) => 0', '(known-ult $x C)'],
  ['ugt-known', '(icmp.ugt $x C) => 0', '(known-ult $x C)'],
  ['eq-known', '(icmp.eq $x C) => 0', '(known-ult $x C)'],
  ['ne-known', '(icmp.ne $x C) => 1', '(known-ult $x C)'],
  ['ne-zero-bool', '(icmp.ne $x 0) => $x', '(known-ult $x 2)'],
  ['eq-one-bool', '(icmp.eq $x 1) => $x', '(known-ult $x 2)'],
];

const rows: readonly Row[] = [
  ...identities,
  ...constantsRight,
  ...negations,
  ...associations,
  ...shifts,
  ...strength,
  ...extensions,
  ...compares,
];

/** In the order in which they are tried. */
export const ssaRules: readonly Rule[] = rows.map(([name, text, ...guards]) => parseRule(name, text, guards));

/**
 * A rotation of 32 bits as a shift of the value twice side by side. The constant takes two slots of its own: applied by
 * `double-rotations` where several share it.
 */
export const rotationRule: Rule = parseRule(
  'rotation-of-double',
  '(or (shl $x C1) (lshr $x C2)) => (trunc (lshr (mul (zext $x) 0x100000001) (zext C2)))',
  ['(icmp.ult C1 width)', '(icmp.ult C2 width)', '(icmp.eq (add C1 C2) width)'],
);

const weights: Readonly<Record<string, number>> = {
  mul: 4,
  udiv: 8,
  urem: 8,
  sdiv: 24,
  srem: 24,
  sub: 3,
  add: 2,
  neg: 2,
  sext: 3,
  sext8: 3,
  sext16: 3,
};

/**
 * The measure that rules decrease: ops by weight, a constant on the left half an op more, and unsigned orderings half an
 * op more than equality. Constants weigh nothing: they become immediates.
 */
export function weigh(e: Expr): number {
  if (e.kind !== 'op') return 0;
  if (e.args.every((a) => a.kind !== 'value' && a.kind !== 'op')) return 0;
  const own = weights[e.op] ?? (e.op === 'icmp.eq' || e.op === 'icmp.ne' ? 1.5 : 2);
  const left = e.args[0];
  const turned =
    e.args.length === 2 && left !== undefined && left.kind !== 'value' && left.kind !== 'op' ? 0.25 : 0;
  return own + turned + e.args.reduce((n, a) => n + weigh(a), 0);
}
