/**
 * Random control flow. Loops end: their counters are never assigned to, and the product of the counts around a
 * statement stays small, since the verifier walks every round.
 */

import { affordable, argumentsOf, pay } from './calls.ts';
import { anyInt, expression, literal, of, packageName, variable } from './expressions.ts';
import { type Part, type Piece, statement } from './piece.ts';
import { place } from './places.ts';
import {
  declared,
  type Enclosing,
  fresh,
  freshLabel,
  type Gen,
  inScope,
  repeated,
  visible,
} from './state.ts';
import { body, declare, type StatementRow, statements } from './statements.ts';
import { bool, type GoType, goInt, type IntType, int32, integers, literalValue, uint8 } from './types.ts';

const mostRounds = 24;

function nested(g: Gen): boolean {
  return g.room > 2 && g.func.enclosing.length < 4;
}

/** A body within a loop or switch, and the label to put in front of it. */
function enclosed(
  g: Gen,
  loop: boolean,
  make: () => Piece,
): { readonly label: string; readonly inside: Piece } {
  const around: Enclosing = { label: freshLabel(g), used: false, loop };
  const before = g.func.enclosing;
  g.func.enclosing = [...before, around];
  const inside = make();
  g.func.enclosing = before;
  if (around.used) g.used.add('label');
  return { label: around.used ? `${around.label}:\n` : '', inside };
}

function ifElse(g: Gen): Piece | null {
  if (!nested(g)) return null;
  g.used.add('if');
  const then = (): Piece => inScope(g, () => body(g, 3));
  const condition = expression(g, bool, 3);
  switch (g.random.below(4)) {
    case 0:
      return statement`if ${condition} {\n${then()}} else {\n${then()}}\n`;
    case 1:
      return statement`if ${condition} {\n${then()}} else if ${expression(g, bool, 2)} {\n${then()}} else {\n${then()}}\n`;
    default:
      return statement`if ${condition} {\n${then()}}\n`;
  }
}

function ifInit(g: Gen): Piece | null {
  if (!nested(g)) return null;
  g.used.add('if-init');
  const type = anyInt(g);
  const name = fresh(g, 'v');
  const value = expression(g, type, 2);
  return inScope(g, () => {
    declare(g, declared(name, type));
    return statement`if ${name} := ${type.name}(${value}); ${name} > ${String(literalValue(g.random, type))} {\n${body(g, 2)}} else {\n${body(g, 2)}}\n`;
  });
}

const block = (g: Gen): Piece | null => {
  if (!nested(g)) return null;
  g.used.add('block');
  return statement`{\n${body(g, 3)}}\n`;
};

/** How often a loop here may run. */
function rounds(g: Gen): number {
  return Math.min(1 + g.random.below(6), Math.floor(mostRounds / g.times));
}

const counter = (name: string, type: GoType, below: number) =>
  declared(name, type, { assignable: false, addressable: false, below });

function loop(g: Gen, make: (count: number) => Piece | null): Piece | null {
  const count = rounds(g);
  return count < 1 || !nested(g) ? null : inScope(g, () => make(count));
}

function inLoop(g: Gen, count: number): { readonly label: string; readonly inside: Piece } {
  return enclosed(g, true, () => repeated(g, count, () => body(g, 3)));
}

function forThree(g: Gen): Piece | null {
  return loop(g, (count) => {
    g.used.add('for-three');
    const type = anyInt(g);
    const name = fresh(g, 'i');
    declare(g, counter(name, type, count + 1));
    const { label, inside } = inLoop(g, count);
    const header = g.random.pick([
      `${name} := ${type.name}(0); ${name} < ${count}; ${name}++`,
      `${name} := ${type.name}(0); ${name} != ${count}; ${name} += 1`,
      `${name} := ${type.name}(${count}); ${name} > 0; ${name}--`,
      `${name} := ${type.name}(0); ${name} < ${count}; ${name} += 2`,
      `${name} := ${type.name}(0); ${name} <= ${count - 1}; ${name}++`,
    ]);
    return statement`${label}for ${header} {\n${inside}}\n`;
  });
}

function forDynamic(g: Gen): Piece | null {
  return loop(g, (count) => {
    const mask = count >= 4 ? 3 : 1;
    g.used.add('for-dynamic');
    const type = anyInt(g);
    const name = fresh(g, 'i');
    const bound = variable(g, type, 1);
    const limit = fresh(g, 'n');
    declare(g, counter(name, type, mask));
    const { label, inside } = inLoop(g, mask);
    return statement`{\n${limit} := ${bound} & ${mask}\n${label}for ${name} := ${type.name}(0); ${name} < ${limit}; ${name}++ {\n${inside}}\n}\n`;
  });
}

function forCondition(g: Gen): Piece | null {
  return loop(g, (count) => {
    const ever = g.random.chance(0.3);
    g.used.add(ever ? 'for-ever' : 'for-condition');
    const type = g.random.pick(integers);
    const name = fresh(g, 'n');
    const condition = expression(g, bool, 2);
    declare(g, declared(name, type, { assignable: false, addressable: false }));
    const { label, inside } = inLoop(g, count);
    const head = ever
      ? statement`${label}for {\nif ${name} >= ${count} {\nbreak\n}\n${name}++\n`
      : statement`${label}for ${condition} && ${name} < ${count} {\n${name}++\n`;
    return statement`{\nvar ${name} ${type.name}\n${head}${inside}}\n}\n`;
  });
}

function rangeInt(g: Gen): Piece | null {
  return loop(g, (count) => {
    const type = anyInt(g);
    const name = fresh(g, 'i');
    const how = g.random.below(4);
    g.used.add(how === 0 ? 'range-bare' : 'range-int');
    const bound = how === 3 ? of(type)`${variable(g, type, 1)} & ${count >= 4 ? 3 : 1}` : null;
    const most = how === 3 ? (count >= 4 ? 3 : 1) : count;
    if (how !== 0) declare(g, counter(name, how === 1 ? goInt : type, most));
    const { label, inside } = inLoop(g, most);
    if (how === 0) return statement`${label}for range ${count} {\n${inside}}\n`;
    const over = bound ?? (how === 1 ? String(count) : `${type.name}(${count})`);
    return statement`${label}for ${name} := range ${over} {\n_ = ${name}\n${inside}}\n`;
  });
}

function rangeArray(g: Gen): Piece | null {
  const found = visible(g).filter(
    (v) =>
      (v.type.kind === 'array' && v.form === 'value' && v.type.length * g.times <= mostRounds) ||
      v.form === 'slice',
  );
  if (found.length === 0 || !nested(g)) return null;
  const v = g.random.pick(found);
  const count = v.form === 'slice' ? 8 : v.type.kind === 'array' ? v.type.length : 0;
  const element = v.form === 'slice' ? v.type : v.type.kind === 'array' ? v.type.element : v.type;
  if (count * g.times > mostRounds) return null;
  g.used.add(v.form === 'slice' ? 'range-slice' : 'range-array');
  return inScope(g, () => {
    const i = g.random.chance(0.3) ? '_' : fresh(g, 'i');
    const x = fresh(g, 'x');
    const over = v.form === 'value' && v.addressable && g.random.chance(0.2) ? `&${v.name}` : v.name;
    if (over.startsWith('&')) v.shared = true;
    if (i !== '_') declare(g, counter(i, goInt, v.form === 'slice' ? 0 : count));
    declare(g, declared(x, element));
    const { label, inside } = inLoop(g, count);
    return statement`${label}for ${i}, ${x} := range ${over} {\n_ = ${x}\n${i === '_' ? '' : `_ = ${i}\n`}${inside}}\n`;
  });
}

function rangeString(g: Gen): Piece | null {
  const found = g.constants.filter((c) => c.type === 'string' && c.length * g.times <= mostRounds);
  if (found.length === 0 || !nested(g)) return null;
  const s = g.random.pick(found);
  g.used.add('range-string');
  return inScope(g, () => {
    const i = fresh(g, 'i');
    const c = fresh(g, 'c');
    declare(g, counter(i, goInt, s.length));
    declare(g, declared(c, int32));
    const { label, inside } = inLoop(g, s.length);
    return statement`${label}for ${i}, ${c} := range ${s.name} {\n_, _ = ${i}, ${c}\n${inside}}\n`;
  });
}

function rangeFunc(g: Gen): Piece | null {
  return loop(g, () => {
    const count = 3;
    if (g.times * count > mostRounds) return null;
    g.used.add('range-func');
    const x = fresh(g, 'x');
    const from = variable(g, uint8, 1);
    declare(g, declared(x, uint8));
    const { label, inside } = inLoop(g, count);
    return statement`${label}for ${x} := range ${packageName('upTo')}(${from}) {\n_ = ${x}\n${inside}}\n`;
  });
}

/** Distinct constants of a type. */
function cases(g: Gen, type: IntType, count: number): readonly string[] {
  const values = new Set<string>();
  for (let i = 0; i < 20 && values.size < count; i++) values.add(String(literalValue(g.random, type)));
  return [...values];
}

function switches(g: Gen): Piece | null {
  if (!nested(g)) return null;
  const tagless = g.random.chance(0.35);
  const type = anyInt(g);
  const count = 1 + g.random.below(3);
  const values = cases(g, type, 2 * count);
  const defaultAt = g.random.below(count + 2);
  const tag = expression(g, type, 2);
  const init = !tagless && g.random.chance(0.3);
  g.used.add(tagless ? 'tagless-switch' : init ? 'switch-init' : 'switch');
  const name = fresh(g, 'v');
  return inScope(g, () => {
    if (init) declare(g, declared(name, type));
    const { label, inside } = enclosed(g, false, () => {
      const parts: Part[] = [];
      for (let i = 0; i <= count; i++) {
        const last = i === count;
        if (i === defaultAt) parts.push('default:\n', body(g, 2));
        else if (last) break;
        else if (tagless) parts.push(statement`case ${variable(g, bool, 2)}:\n${body(g, 2)}`);
        else if (g.random.chance(0.2)) parts.push(statement`case ${variable(g, type, 1)}:\n${body(g, 2)}`);
        else {
          const second = g.random.chance(0.3) ? `, ${values[2 * i + 1] ?? ''}` : '';
          if (second === ', ' || values[2 * i] === undefined) break;
          parts.push(statement`case ${values[2 * i] ?? ''}${second}:\n${body(g, 2)}`);
        }
        if (!last && g.random.chance(0.15) && i + 1 < count) parts.push('\u0000fallthrough\n');
      }
      return { ...statement``, parts: withFallthrough(g, parts) };
    });
    const head = tagless
      ? ''
      : init
        ? statement`${name} := ${type.name}(${tag}); ${name} `
        : statement`${type.name}(${tag}) `;
    return statement`${label}switch ${head}{\n${inside}}\n`;
  });
}

/** A marked fallthrough stays where another clause follows. */
function withFallthrough(g: Gen, parts: readonly Part[]): readonly Part[] {
  return parts.flatMap((part, i): readonly Part[] => {
    if (typeof part !== 'string' || !part.startsWith('\u0000')) return [part];
    if (i + 1 >= parts.length) return [];
    g.used.add('fallthrough');
    return [part.slice(1)];
  });
}

function leave(g: Gen): Piece | null {
  const around = g.func.enclosing;
  const condition = (): Part => expression(g, bool, 2);
  const loops = around.filter((e) => e.loop);
  const labelled = g.random.chance(0.4);
  const again = g.random.chance(0.5) && loops.length > 0;
  const candidates = again ? loops : around;
  if (candidates.length === 0) return null;
  const word = again ? 'continue' : 'break';
  if (!labelled) {
    g.used.add(word);
    return statement`if ${condition()} {\n${word}\n}\n`;
  }
  const to = g.random.pick(candidates);
  to.used = true;
  g.used.add(again ? 'labelled-continue' : 'labelled-break');
  return statement`if ${condition()} {\n${word} ${to.label}\n}\n`;
}

function gotoForward(g: Gen): Piece | null {
  if (!nested(g)) return null;
  g.used.add('goto-forward');
  const label = freshLabel(g);
  return statement`if ${expression(g, bool, 2)} {\ngoto ${label}\n}\n{\n${body(g, 2)}}\n${label}:\n{\n}\n`;
}

function gotoBackward(g: Gen): Piece | null {
  return loop(g, (count) => {
    g.used.add('goto-backward');
    const label = freshLabel(g);
    const name = fresh(g, 'n');
    declare(g, declared(name, uint8, { assignable: false, addressable: false }));
    // A break or continue inside would leave the loop around, as it should.
    const inside = repeated(g, count, () => body(g, 2));
    return statement`{\nvar ${name} uint8\n${label}:\n${name}++\n{\n${inside}}\nif ${name} < ${count} && ${expression(g, bool, 1)} {\ngoto ${label}\n}\n}\n`;
  });
}

/** `return`, by the results of the function around. */
export function returnStatement(g: Gen): Piece {
  const { results, named } = g.func;
  if (named && g.random.chance(0.4)) return statement`return\n`;
  const values = results.flatMap((type, i): readonly Part[] => [i > 0 ? ', ' : ' ', expression(g, type, 2)]);
  return { ...statement``, parts: ['return', ...values, '\n'] };
}

function earlyReturn(g: Gen): Piece | null {
  if (g.random.chance(0.5)) return null;
  g.used.add('early-return');
  return statement`if ${expression(g, bool, 2)} {\n${returnStatement(g)}}\n`;
}

function closure(g: Gen): Piece | null {
  if (!nested(g) || g.func.closures > 1 || g.func.pure || g.func.loops > 0) return null;
  const result = anyInt(g);
  const parameter = anyInt(g);
  const name = fresh(g, 'f');
  const x = fresh(g, 'a');
  g.used.add('closure');
  const before = g.func;
  const inside = inScope(g, () => {
    for (const v of g.scope) v.shared = true;
    g.func = {
      ...before,
      results: [result],
      named: false,
      context: before.context,
      enclosing: [],
      closures: before.closures + 1,
    };
    declare(g, declared(x, parameter));
    const made = statement`${body(g, 3)}${returnStatement(g)}`;
    g.func = { ...before, cost: g.func.cost, bytes: g.func.bytes, depth: g.func.depth };
    return made;
  });
  g.used.add('closure-captures-by-reference');
  const r = fresh(g, 'v');
  const first = expression(g, parameter, 2);
  declare(g, declared(r, result));
  if (g.random.chance(0.25)) {
    g.used.add('immediate-closure');
    return statement`${r} := func(${x} ${parameter.name}) ${result.name} {\n${inside}}(${first})\n_ = ${r}\n`;
  }
  return statement`${name} := func(${x} ${parameter.name}) ${result.name} {\n${inside}}\n${r} := ${name}(${first})\n${r} = ${r} ^ ${name}(${literal(g, parameter)})\n`;
}

/** `defer f(x)` and `defer func() { … }()`. */
function deferred(g: Gen): Piece | null {
  if (g.func.loops > 0 || g.func.pure || g.func.closures > 0 || !nested(g)) return null;
  if (g.random.chance(0.4)) {
    const fit = g.callables.filter((c) => !c.pure && c.receiver === null && !c.generic && affordable(g, c));
    if (fit.length === 0) return null;
    const c = g.random.pick(fit);
    const args = argumentsOf(g, c, null, 1);
    if (args === null) return null;
    pay(g, c);
    g.used.add('defer-call');
    return { ...statement``, parts: [`defer ${c.name}(`, ...args, ')\n'] };
  }
  g.used.add('defer-closure');
  const before = g.func;
  const inside = inScope(g, () => {
    for (const v of g.scope) v.shared = true;
    g.func = { ...before, results: [], named: false, enclosing: [], closures: 3 };
    const made = statements(g, 1 + g.random.below(2));
    g.func = { ...before, cost: g.func.cost, bytes: g.func.bytes, depth: g.func.depth };
    return made;
  });
  return statement`defer func() {\n${inside}}()\n`;
}

function apply(g: Gen): Piece | null {
  if (g.func.pure) return null;
  g.used.add('function-parameter');
  const name = fresh(g, 'v');
  const captured = place(g, uint8) ?? literal(g, uint8);
  const made = statement`${name} := ${packageName('apply')}(func(x uint8) uint8 {\nreturn x*3 + ${captured}\n}, ${expression(g, uint8, 1)})\n_ = ${name}\n`;
  declare(g, declared(name, uint8));
  return made;
}

export const controlRows: readonly StatementRow[] = [
  { weight: 9, make: ifElse },
  { weight: 2, make: ifInit },
  { weight: 1, make: block },
  { weight: 4, make: forThree },
  { weight: 2, make: forDynamic },
  { weight: 2, make: forCondition },
  { weight: 4, make: rangeInt },
  { weight: 3, make: rangeArray },
  { weight: 1, make: rangeString },
  { weight: 1, make: rangeFunc },
  { weight: 5, make: switches },
  { weight: 3, make: leave },
  { weight: 1, make: gotoForward },
  { weight: 1, make: gotoBackward },
  { weight: 1, make: earlyReturn },
  { weight: 2, make: closure },
  { weight: 2, make: deferred },
  { weight: 1, make: apply },
];
