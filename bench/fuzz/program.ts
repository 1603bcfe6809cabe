/**
 * A random program from a seed: types, constants, package variables, maps, functions, and a syscall program `Main`
 * whose context is two inputs and the result.
 *
 *     generate(17, 'v3')   →   { seed, file, natives, constructs }
 *
 * The same seed gives the same program. It ends, panics now and then, and stays within the verifier's budget.
 */

import type { Construct } from './constructs.ts';
import { declarations } from './declarations.ts';
import { functions } from './functions.ts';
import { list, type Piece, statement, unique } from './piece.ts';
import { randomFrom } from './random.ts';
import { declared, type FunctionState, type Gen, type MapVariable } from './state.ts';
import { fold, statements } from './statements.ts';
import { int32, scalarPaths, uint64 } from './types.ts';
import { returnStatement } from './control.ts';

export interface Generated {
  readonly seed: number;
  /** Declarations, without package clause and imports. */
  readonly tree: Piece;
  readonly maps: readonly MapVariable[];
  readonly constructs: readonly Construct[];
}

export const emptyFunction = (more: Partial<FunctionState>): FunctionState => ({
  results: [],
  named: false,
  pure: false,
  context: false,
  loops: 0,
  closures: 0,
  enclosing: [],
  bytes: 0,
  cost: 1,
  depth: 0,
  ...more,
});

/** `h = h*31 + uint64(v3.F1)` for what is left in variables at the end. */
function foldAll(g: Gen): Piece {
  const lines = g.scope
    .filter((v) => v.form === 'value' && /^[vx]\d/.test(v.name))
    .slice(-8)
    .flatMap((v) =>
      scalarPaths(v.type)
        .slice(0, 6)
        .map(({ path, type }) =>
          type.kind === 'bool'
            ? statement`if ${v.name}${path} {\nh += 7\n}\n`
            : statement`h = h*31 + uint64(${v.name}${path})\n`,
        ),
    );
  const globals = g.globals.slice(0, 4).flatMap((v) =>
    scalarPaths(v.type)
      .slice(0, 3)
      .filter(({ type }) => type.kind === 'int')
      .map(({ path }) => statement`h = h*31 + uint64(${v.name}${path})\n`),
  );
  const atomics = g.atomics.map((a) => statement`h = h*31 + uint64(${a.name}${a.method ? '.Load()' : ''})\n`);
  return list([...lines, ...globals, ...atomics]);
}

function main(g: Gen): Piece {
  g.func = emptyFunction({ results: [int32], context: true });
  g.room = 12 + g.random.below(16);
  const outside = { addressable: false, shared: false };
  g.scope = [
    declared('ctx.A', uint64, outside),
    declared('ctx.B', uint64, { ...outside, assignable: false }),
    declared('h', uint64),
  ];
  const inside = statements(g, 40);
  const rest = foldAll(g);
  const end = fold(g) ?? '';
  return statement`//bpf:panic 0x7fffffff
//bpf:attach syscall
func ${unique}Main(ctx *${unique}Args) int32 {
var h uint64
${inside}${rest}${end}ctx.Result = h
${returnStatement(g)}}
`;
}

export function generate(seed: number, cpu: Gen['cpu']): Generated {
  const g: Gen = {
    random: randomFrom(seed),
    used: new Set(),
    guarded: false,
    cpu,
    structs: [],
    namedInts: [],
    constants: [],
    globals: [],
    maps: [],
    atomics: [],
    callables: [],
    scope: [],
    func: emptyFunction({}),
    times: 1,
    room: 0,
    counter: 0,
    label: 0,
  };
  const head = declarations(g);
  const called = functions(g);
  const program = main(g);
  const tree = list([
    statement`type ${unique}Args struct{ A, B, Result uint64 }\n`,
    ...head,
    ...called,
    program,
  ]);
  return { seed, tree, maps: g.maps, constructs: [...g.used] };
}
