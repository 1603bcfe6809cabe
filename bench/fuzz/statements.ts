/**
 * Random statements: declarations, assignments, conditions, calls. Loops and jumps are in control.ts. Every statement
 * ends in a newline; a variable that is declared is also used, so that the shrinker may take its uses away.
 */

import { affordable, argumentsOf, calleeOf, pay, pointerTo, settled } from './calls.ts';
import { controlRows } from './control.ts';
import { anyInt, expression, literal, variable } from './expressions.ts';
import { mapRows } from './mapuse.ts';
import { memoryRows } from './memoryuse.ts';
import { expr, list, type Part, type Piece, statement } from './piece.ts';
import { assignableTypes, target } from './places.ts';
import { declared, fresh, type Gen, inScope, type Variable } from './state.ts';
import { arrayOf, bool, type GoType, integers, isSame, sizeOfType, uint64 } from './types.ts';

export interface StatementRow {
  readonly weight: number;
  /** null: not possible here. */
  readonly make: (g: Gen) => Piece | null;
}

/** Bytes of variables in one function: the stack's 512 hold a chain of calls. */
const bytesOfFunction = 120;

/** A type for a new variable, of what the program has. */
export function someType(g: Gen): GoType {
  const chosen = ((): GoType => {
    switch (g.random.below(10)) {
      case 0:
        return bool;
      case 1:
      case 2:
        return arrayOf(g.random.pick(integers), 1 + g.random.below(5));
      case 3:
      case 4:
      case 5:
        return g.structs.length > 0 ? g.random.pick(g.structs) : anyInt(g);
      default:
        return anyInt(g);
    }
  })();
  return g.func.bytes + sizeOfType(chosen) > bytesOfFunction ? anyInt(g) : chosen;
}

export function declare(g: Gen, v: Variable): void {
  g.scope = [...g.scope, v];
  g.func.bytes += sizeOfType(v.type);
}

function defineOne(g: Gen): Piece {
  const type = someType(g);
  const name = fresh(g, 'v');
  const how = g.random.below(4);
  const value = expression(g, type, 3);
  declare(g, declared(name, type));
  switch (how) {
    case 0:
      g.used.add('var');
      return statement`var ${name} ${type.name}\n_ = ${name}\n`;
    case 1:
      g.used.add('var');
      return statement`var ${name} ${type.name} = ${value}\n_ = ${name}\n`;
    default:
      g.used.add('define');
      return statement`${name} := ${type.name}(${value})\n_ = ${name}\n`;
  }
}

function defineMany(g: Gen): Piece {
  g.used.add('define-many');
  const types = [anyInt(g), someType(g)];
  const values = types.map((type) => expression(g, type, 2));
  const names = types.map(() => fresh(g, 'v'));
  for (const [i, type] of types.entries()) declare(g, declared(names[i] ?? '', type));
  const wrapped = values.map((value, i) => expr('')`${types[i]?.name ?? ''}(${value})`);
  return statement`${names[0] ?? ''}, ${names[1] ?? ''} := ${wrapped[0] ?? ''}, ${wrapped[1] ?? ''}\n_, _ = ${names[0] ?? ''}, ${names[1] ?? ''}\n`;
}

/** An untyped constant shifted by a variable takes the type of the context. */
function untypedShift(g: Gen): Piece {
  g.used.add('untyped-shift');
  const type = anyInt(g);
  const name = fresh(g, 'v');
  const count = variable(g, anyInt(g), 1);
  declare(g, declared(name, type));
  return statement`var ${name} ${type.name} = 1 << (${count} & 15)\n_ = ${name}\n`;
}

function localConstant(g: Gen): Piece {
  g.used.add('local-constant');
  const type = anyInt(g);
  const name = fresh(g, 'k');
  const value = literal(g, type);
  g.constants = [...g.constants];
  const v = fresh(g, 'v');
  declare(g, declared(v, type));
  return statement`const ${name} = ${value}\nvar ${v} ${type.name} = ${name}\n_ = ${v}\n`;
}

function localType(g: Gen): Piece {
  g.used.add('local-type');
  const type = anyInt(g);
  const name = fresh(g, 'Local');
  const v = fresh(g, 'v');
  const value = expression(g, type, 2);
  const made = statement`type ${name} struct{ X ${type.name} }\n${v} := ${name}{${value}}\n_ = ${v}\n`;
  declare(g, declared(v, { kind: 'struct', name, fields: [{ name: 'X', type, embedded: false }] }));
  return made;
}

function assign(g: Gen): Piece | null {
  const aggregate = g.random.chance(0.25);
  const types = assignableTypes(g, null).filter(
    (t) => aggregate === (t.kind === 'array' || t.kind === 'struct'),
  );
  if (types.length === 0) return null;
  const type = g.random.pick(types);
  const to = target(g, type);
  if (to === null) return null;
  g.used.add(aggregate ? 'assign-aggregate' : 'assign');
  return statement`${to} = ${expression(g, type, 3)}\n`;
}

function opAssign(g: Gen): Piece | null {
  const types = assignableTypes(g, 'int');
  if (types.length === 0) return null;
  const type = g.random.pick(types);
  const to = target(g, type);
  if (to === null || type.kind !== 'int') return null;
  if (g.random.chance(0.25)) {
    g.used.add('increment');
    return statement`${to}${g.random.pick(['++', '--'])}\n`;
  }
  g.used.add('op-assign');
  const op = g.random.pick(['+=', '-=', '*=', '&=', '|=', '^=', '&^=', '<<=', '>>=', '/=', '%='] as const);
  if (op === '<<=' || op === '>>=') return statement`${to} ${op} (${variable(g, anyInt(g), 1)} & 15)\n`;
  if (op === '/=' || op === '%=') return statement`${to} ${op} (${variable(g, type, 1)} | 1)\n`;
  return statement`${to} ${op} ${expression(g, type, 2)}\n`;
}

function parallel(g: Gen): Piece | null {
  const types = assignableTypes(g, null);
  if (types.length === 0) return null;
  const first = g.random.pick(types);
  const second = g.random.pick(types);
  const a = target(g, first);
  const b = target(g, second);
  if (a === null || b === null) return null;
  const swap = isSame(first, second) && g.random.chance(0.4);
  g.used.add(swap ? 'swap' : 'parallel-assign');
  if (swap) return statement`${a}, ${b} = ${b}, ${a}\n`;
  g.guarded = true;
  const values = [expression(g, first, 2), expression(g, second, 2)] as const;
  g.guarded = false;
  return statement`${a}, ${b} = ${values[0]}, ${values[1]}\n`;
}

/** Mixes a value into the program's result. */
export function fold(g: Gen): Piece | null {
  if (!g.scope.some((v) => v.name === 'h')) return null;
  return statement`h = h*31 + uint64(${variable(g, anyInt(g), 3)})\n`;
}

function foldCondition(g: Gen): Piece | null {
  if (!g.scope.some((v) => v.name === 'h')) return null;
  return statement`if ${expression(g, bool, 3)} {\nh ^= ${String(1 + g.random.below(1000))}\n}\n`;
}

/** `x, _ = f(…)` of a function that changes things: its results go to new variables. */
function impureCall(g: Gen): Piece | null {
  if (g.func.pure) return null;
  const fit = g.callables.filter(
    (c) => (!c.pure || c.results.length !== 1) && !c.generic && affordable(g, c),
  );
  if (fit.length === 0) return null;
  const c = g.random.pick(fit);
  const callee = calleeOf(g, c);
  const args = argumentsOf(g, c, null, 2);
  if (callee === null || args === null) return null;
  pay(g, c);
  g.used.add('impure-call');
  const called = { ...expr('')``, parts: [...callee, '(', ...args, ')'] };
  if (c.results.length === 0) return statement`${called}\n`;
  const names = c.results.map(() => (g.random.chance(0.15) ? '_' : fresh(g, 'v')));
  const real = names.filter((name) => name !== '_');
  if (c.results.length > 1) g.used.add('multiple-results');
  names.forEach((name, i) => {
    const type = c.results[i];
    if (name !== '_' && type !== undefined) declare(g, declared(name, type));
  });
  if (real.length === 0) return statement`${names.join(', ')} = ${called}\n`;
  return statement`${names.join(', ')} := ${called}\n${real.map(() => '_').join(', ')} = ${real.join(', ')}\n`;
}

/** `f(a) + g(b)`, both with effects: calls go from left to right, their arguments cannot be changed by them. */
function callChain(g: Gen): Piece | null {
  if (g.func.pure) return null;
  const fit = g.callables.filter(
    (c) =>
      c.results.length === 1 &&
      c.receiver === null &&
      !c.generic &&
      !c.pure &&
      c.results[0]?.kind === 'int' &&
      c.parameters.every((p) => p.form === 'value') &&
      affordable(g, c),
  );
  if (fit.length === 0) return null;
  const one = (): Part => {
    const c = g.random.pick(fit);
    pay(g, c);
    const args = c.parameters.flatMap((p, i) => [i > 0 ? ', ' : '', settled(g, p.type)]);
    return { ...expr('uint64', ['uint64(1)'])``, parts: ['uint64(', c.name, '(', ...args, '))'] };
  };
  g.used.add('call-chain');
  const name = fresh(g, 'v');
  const condition = g.random.chance(0.3);
  const made = condition
    ? statement`${name} := uint64(0)\nif ${one()}&1 == 0 ${g.random.pick(['&&', '||'])} ${one()} > 7 {\n${name} = 3\n}\n_ = ${name}\n`
    : statement`${name} := ${one()} ${g.random.pick(['+', '-', '*', '^'])} ${one()}*${one()}\n_ = ${name}\n`;
  declare(g, declared(name, uint64));
  return made;
}

function tracePrintk(g: Gen): Piece | null {
  if (g.func.pure || g.times > 4) return null;
  g.used.add('trace-printk');
  const count = 1 + g.random.below(3);
  const values = Array.from({ length: count }, () => variable(g, g.random.pick(integers), 2));
  const verbs = values.map((value) => (/^u|byte/.test(value.type) && g.random.chance(0.3) ? '%x' : '%d'));
  const parts: Part[] = [`bpf.TracePrintk("t${g.random.below(100)} ${verbs.join(' ')}\\n"`];
  for (const value of values) parts.push(', ', value);
  return { ...statement``, parts: [...parts, ')\n'] };
}

function panics(g: Gen): Piece {
  g.used.add('panic');
  const v = variable(g, anyInt(g), 1);
  return statement`if ${v} == ${String(g.random.below(50))} {\npanic("no")\n}\n`;
}

function newPointer(g: Gen): Piece {
  g.used.add('new');
  const type = anyInt(g);
  const name = fresh(g, 'p');
  const value = expression(g, type, 1);
  declare(g, declared(name, type, { form: 'pointer', length: 1 }));
  return statement`${name} := new(${type.name})\n*${name} = ${value}\n`;
}

function pointer(g: Gen): Piece | null {
  if (g.func.loops > 0) return null;
  const types = assignableTypes(g, null);
  if (types.length === 0) return null;
  const type = g.random.pick(types);
  const to = pointerTo(g, type);
  if (to === null) return null;
  g.used.add('pointer');
  const name = fresh(g, 'p');
  declare(g, declared(name, type, { form: 'pointer' }));
  return statement`${name} := ${to}\n_ = ${name}\n`;
}

function nilPointer(g: Gen): Piece | null {
  const locals = g.scope.filter(
    (v) => v.form === 'value' && v.assignable && v.addressable && v.type.kind === 'int',
  );
  if (locals.length === 0) return null;
  g.used.add('nil-pointer');
  const v = g.random.pick(locals);
  v.shared = true;
  const name = fresh(g, 'p');
  const use = g.random.chance(0.85) ? `if ${name} != nil {\n*${name} += 3\n}\n` : `*${name} ^= 5\n`;
  return statement`var ${name} *${v.type.name}\nif ${expression(g, bool, 2)} {\n${name} = &${v.name}\n}\n${use}`;
}

export const statementRows: readonly StatementRow[] = [
  { weight: 12, make: defineOne },
  { weight: 3, make: defineMany },
  { weight: 1, make: untypedShift },
  { weight: 1, make: localConstant },
  { weight: 1, make: localType },
  { weight: 12, make: assign },
  { weight: 9, make: opAssign },
  { weight: 5, make: parallel },
  { weight: 8, make: fold },
  { weight: 3, make: foldCondition },
  { weight: 6, make: impureCall },
  { weight: 2, make: callChain },
  { weight: 1, make: tracePrintk },
  { weight: 1, make: panics },
  { weight: 1, make: newPointer },
  { weight: 4, make: pointer },
  { weight: 1, make: nilPointer },
];

/** All that may stand in a body. */
const rows = (): readonly StatementRow[] => [...statementRows, ...controlRows, ...memoryRows, ...mapRows];

export function oneStatement(g: Gen): Piece {
  g.room--;
  g.func.cost += g.times;
  for (let tries = 0; tries < 8; tries++) {
    const before = g.scope;
    const made = g.random.weighted(rows()).make(g);
    if (made !== null) return made;
    g.scope = before;
  }
  return fold(g) ?? statement`{\n}\n`;
}

export function statements(g: Gen, count: number): Piece {
  const made: Piece[] = [];
  for (let i = 0; i < count && g.room > 0; i++) made.push(oneStatement(g));
  return list(made);
}

/** The inside of braces: what it declares is forgotten behind it. */
export const body = (g: Gen, most: number): Piece =>
  inScope(g, () => statements(g, 1 + g.random.below(most)));
