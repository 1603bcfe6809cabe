/** The functions and methods of a random program; one may call those before it. */

import type { Construct } from './constructs.ts';
import { returnStatement } from './control.ts';
import { anyInt, packageName } from './expressions.ts';
import { type Piece, statement, unique } from './piece.ts';
import { emptyFunction } from './program.ts';
import { type Callable, declared, fresh, type Gen, type Parameter, type Passing } from './state.ts';
import { statements } from './statements.ts';
import { type GoType, integers, type StructType, typeParameter, uint64 } from './types.ts';

/** Both are always there: loops over functions, functions as arguments. */
const fixed = `func ${unique}upTo(n uint8) func(yield func(uint8) bool) {
return func(yield func(uint8) bool) {
for i := uint8(0); i < 3 && i <= n; i++ {
if !yield(i * 2) {
return
}
}
}
}
func ${unique}apply(f func(uint8) uint8, x uint8) uint8 { return f(f(x)) }
`;

interface Plan {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly results: readonly GoType[];
  readonly named: boolean;
  readonly pure: boolean;
  readonly receiver: Callable['receiver'];
  readonly receiverName: string;
  readonly generic: boolean;
  readonly construct: Construct;
}

function valueType(g: Gen): GoType {
  return g.structs.length > 0 && g.random.chance(0.25) ? g.random.pick(g.structs) : anyInt(g);
}

function parametersOf(g: Gen, pure: boolean): readonly Parameter[] {
  const many = g.random.chance(0.08);
  if (many) g.used.add('many-parameters');
  const count = many ? 6 : 1 + g.random.below(3);
  return Array.from({ length: count }, (_, i): Parameter => {
    const name = fresh(g, 'a');
    const form: Passing =
      pure || i === 0 ? 'value' : g.random.pick<Passing>(['value', 'value', 'pointer', 'slice']);
    if (form === 'pointer') g.used.add('pointer-parameter');
    if (form === 'slice') g.used.add('slice-parameter');
    const type =
      i === 0 || form === 'slice' ? (form === 'slice' ? g.random.pick(integers) : anyInt(g)) : valueType(g);
    return { name, type, form };
  });
}

function planFunction(g: Gen): Plan {
  const pure = g.random.chance(0.6);
  const many = g.random.chance(0.2);
  const results = many ? [valueType(g), anyInt(g)] : !pure && g.random.chance(0.2) ? [] : [valueType(g)];
  const named = results.length > 0 && g.random.chance(0.3);
  if (named) g.used.add('named-results');
  return {
    name: packageName(fresh(g, 'f')),
    parameters: parametersOf(g, pure),
    results,
    named,
    pure,
    receiver: null,
    receiverName: '',
    generic: false,
    construct: 'call',
  };
}

function planMethod(g: Gen, type: StructType): Plan {
  const pointer = g.random.chance(0.5);
  g.used.add(pointer ? 'method-pointer-receiver' : 'method-value-receiver');
  return {
    ...planFunction(g),
    name: fresh(g, 'M'),
    named: false,
    pure: !pointer,
    parameters: parametersOf(g, !pointer),
    results: [anyInt(g)],
    receiver: { type, pointer },
    receiverName: fresh(g, 'r'),
    construct: 'method-call',
  };
}

function planGeneric(g: Gen): Plan {
  const parameters = [1, 2].map(
    (): Parameter => ({ name: fresh(g, 'a'), type: typeParameter, form: 'value' }),
  );
  return {
    ...planFunction(g),
    name: packageName(fresh(g, 'generic')),
    parameters,
    results: [typeParameter],
    named: false,
    pure: true,
    generic: true,
    construct: 'generic-call',
  };
}

const spelled = ({ form, type }: Parameter): string =>
  form === 'pointer' ? `*${type.name}` : form === 'slice' ? `[]${type.name}` : type.name;

function write(g: Gen, plan: Plan): Piece {
  g.func = emptyFunction({ results: plan.results, named: plan.named, pure: plan.pure });
  g.room = 2 + g.random.below(5);
  g.times = 1;
  const resultNames = plan.results.map(() => fresh(g, 'z'));
  const receiver = plan.receiver;
  g.scope = [
    ...(receiver === null
      ? []
      : [
          declared(plan.receiverName, receiver.type, {
            form: receiver.pointer ? 'pointer' : 'value',
            assignable: receiver.pointer,
          }),
        ]),
    ...plan.parameters.map((p) => declared(p.name, p.type, { form: p.form })),
    ...(plan.named ? resultNames.map((name, i) => declared(name, plan.results[i] ?? uint64)) : []),
  ];
  const inside = statements(g, 6);
  const end = plan.results.length === 0 ? '' : returnStatement(g);
  const noinline = g.random.chance(0.4) && !plan.parameters.some((p) => p.form === 'slice');
  if (noinline) g.used.add('noinline');
  const list = plan.parameters.map((p) => `${p.name} ${spelled(p)}`).join(', ');
  const results = plan.named
    ? `(${plan.results.map((r, i) => `${resultNames[i] ?? ''} ${r.name}`).join(', ')})`
    : plan.results.length > 1
      ? `(${plan.results.map((r) => r.name).join(', ')})`
      : (plan.results[0]?.name ?? '');
  const on =
    receiver === null ? '' : `(${plan.receiverName} ${receiver.pointer ? '*' : ''}${receiver.type.name}) `;
  const constraint = plan.generic
    ? `[T ${integers
        .filter((t) => t.name !== 'byte' && t.name !== 'rune')
        .map((t) => `~${t.name}`)
        .join(' | ')}]`
    : '';
  g.callables = [...g.callables, { ...plan, cost: g.func.cost, depth: g.func.depth }];
  return statement`${noinline ? '//go:noinline\n' : ''}func ${on}${plan.name}${constraint}(${list}) ${results} {\n${inside}${end}}\n`;
}

export function functions(g: Gen): readonly Piece[] {
  const made: Piece[] = [statement`${fixed}`];
  const simple = g.structs.filter((s) => !s.name.includes('['));
  if (g.random.chance(0.5)) made.push(write(g, planGeneric(g)));
  for (let i = 1 + g.random.below(3); i > 0; i--) made.push(write(g, planFunction(g)));
  for (let i = g.random.below(3); i > 0 && simple.length > 0; i--)
    made.push(write(g, planMethod(g, g.random.pick(simple))));
  return made;
}
