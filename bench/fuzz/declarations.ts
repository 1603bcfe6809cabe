/** The package-level types, constants, variables and maps of a random program. */

import { anyInt, packageName } from './expressions.ts';
import { type Piece, statement } from './piece.ts';
import { declared, fresh, type Gen, type MapVariable } from './state.ts';
import {
  arrayOf,
  bool,
  type Field,
  type GoType,
  type IntType,
  integers,
  literalValue,
  namedInt,
  sizeOfType,
  type StructType,
  uint32,
  uint64,
} from './types.ts';

function namedTypes(g: Gen): readonly Piece[] {
  return Array.from({ length: g.random.below(3) }, () => {
    const of = g.random.pick(integers);
    const name = packageName(fresh(g, 'N'));
    const alias = g.random.chance(0.2);
    g.used.add(alias ? 'alias' : 'named-type');
    // An alias is the same type: expressions of it are spelled with the other name.
    if (!alias) g.namedInts = [...g.namedInts, namedInt(name, of)];
    return statement`type ${name} ${alias ? '= ' : ''}${of.name}\n`;
  });
}

function fieldType(g: Gen): GoType {
  switch (g.random.below(8)) {
    case 0:
      return bool;
    case 1:
      return arrayOf(g.random.pick(integers), 1 + g.random.below(4));
    case 2: {
      const small = g.structs.filter((s) => sizeOfType(s) <= 24);
      if (small.length === 0) return anyInt(g);
      g.used.add('nested-struct');
      return g.random.chance(0.3) ? arrayOf(g.random.pick(small), 2) : g.random.pick(small);
    }
    default:
      return anyInt(g);
  }
}

function structType(g: Gen): Piece {
  g.used.add('struct');
  const name = packageName(fresh(g, 'S'));
  const embedded = g.structs.filter((s) => sizeOfType(s) <= 16 && !s.name.includes('['));
  const fields: Field[] = [];
  if (embedded.length > 0 && g.random.chance(0.35)) {
    const type = g.random.pick(embedded);
    g.used.add('embedded-struct');
    fields.push({ name: type.name, type, embedded: true });
  }
  const count = 1 + g.random.below(4);
  for (let i = 0; i < count; i++) {
    const type = fieldType(g);
    if (type.kind === 'array') g.used.add('array');
    fields.push({ name: fresh(g, 'F'), type, embedded: false });
  }
  const made: StructType = { kind: 'struct', name, fields };
  const text = fields.map((f) => (f.embedded ? `${f.type.name}\n` : `${f.name} ${f.type.name}\n`)).join('');
  if (sizeOfType(made) <= 64) g.structs = [...g.structs, made];
  return statement`type ${name} struct {\n${text}}\n`;
}

/** One generic struct, used with one or two type arguments. */
function genericType(g: Gen): readonly Piece[] {
  if (!g.random.chance(0.4)) return [];
  g.used.add('generic-type');
  const name = packageName(fresh(g, 'G'));
  const a = fresh(g, 'F');
  const b = fresh(g, 'F');
  for (const of of [g.random.pick(integers), anyInt(g)]) {
    const instance: StructType = {
      kind: 'struct',
      name: `${name}[${of.name}]`,
      fields: [
        { name: a, type: of, embedded: false },
        { name: b, type: arrayOf(of, 2), embedded: false },
      ],
    };
    if (!g.structs.some((s) => s.name === instance.name)) g.structs = [...g.structs, instance];
  }
  return [statement`type ${name}[T any] struct {\n${a} T\n${b} [2]T\n}\n`];
}

function constantGroup(g: Gen): readonly Piece[] {
  const made: Piece[] = [];
  for (let i = g.random.below(3); i > 0; i--) {
    const type = anyInt(g);
    const name = packageName(fresh(g, 'K'));
    g.used.add('constant');
    g.constants = [...g.constants, { name, type, length: 0 }];
    made.push(statement`const ${name} ${type.name} = ${String(literalValue(g.random, type))}\n`);
  }
  if (g.random.chance(0.5)) {
    const type = anyInt(g);
    const names = [1, 2, 3].map(() => packageName(fresh(g, 'K')));
    g.used.add('iota');
    g.constants = [...g.constants, ...names.map((name) => ({ name, type, length: 0 }))];
    made.push(
      statement`const (\n${names[0] ?? ''} ${type.name} = iota*5 + 1\n${names[1] ?? ''}\n${names[2] ?? ''}\n)\n`,
    );
  }
  if (g.random.chance(0.5)) {
    const name = packageName(fresh(g, 'text'));
    const text = g.random.pick(['bpf', 'hello', 'a', 'Go 1.26', 'x\\ny']);
    const length = text.replace('\\n', '.').length;
    g.used.add('string-constant');
    g.constants = [...g.constants, { name, type: 'string', length }];
    made.push(statement`const ${name} = "${text}"\n`);
  }
  return made;
}

/** A constant value, for an initialiser. */
function initial(g: Gen, type: GoType): string {
  switch (type.kind) {
    case 'bool':
      return g.random.pick(['true', 'false']);
    case 'int':
      return String(literalValue(g.random, type));
    case 'array':
      return `${type.name}{${Array.from({ length: g.random.below(type.length + 1) }, () => initial(g, type.element)).join(', ')}}`;
    case 'struct':
      return `${type.name}{${type.fields.map((f) => initial(g, f.type)).join(', ')}}`;
    default:
      return type satisfies never;
  }
}

function variables(g: Gen): readonly Piece[] {
  return Array.from({ length: g.random.below(4) }, () => {
    const name = packageName(fresh(g, 'g'));
    const types: readonly GoType[] = [
      anyInt(g),
      bool,
      arrayOf(anyInt(g), 2 + g.random.below(3)),
      g.structs.length > 0 ? g.random.pick(g.structs) : uint64,
    ];
    const type = g.random.pick(types);
    g.used.add('package-variable');
    g.globals = [...g.globals, declared(name, type, { shared: true })];
    const set = g.random.chance(0.6) ? ` = ${initial(g, type)}` : '';
    return statement`var ${name} ${type.name}${set}\n`;
  });
}

function atomicVariables(g: Gen): readonly Piece[] {
  if (!g.random.chance(0.4)) return [];
  const type = g.random.pick(integers.filter((t) => ['uint32', 'uint64', 'int32', 'int64'].includes(t.name)));
  const method = g.random.chance(0.4);
  const name = packageName(fresh(g, 'a'));
  g.atomics = [{ name, type, method }];
  const suffix = `${type.name[0]?.toUpperCase() ?? ''}${type.name.slice(1)}`;
  return [statement`var ${name} ${method ? `atomic.${suffix}` : type.name}\n`];
}

/** Types without padding: Go says nothing of the bytes there. */
const padless = (g: Gen): GoType =>
  g.random.pick<GoType>([uint64, uint32, ...integers.slice(0, 11), arrayOf(uint32, 2), arrayOf(uint64, 2)]);

function mapVariables(g: Gen): readonly Piece[] {
  if (!g.random.chance(0.4)) return [];
  const name = packageName(fresh(g, 'm'));
  const kind = g.random.pick<MapVariable['kind']>(['HashMap', 'HashMap', 'Array', 'go']);
  const key: IntType =
    kind === 'Array' ? uint32 : g.random.pick(integers.filter((t) => t.name !== 'uintptr'));
  const value = kind === 'go' ? g.random.pick(integers.slice(0, 11)) : padless(g);
  const entries = kind === 'Array' ? 2 + g.random.below(5) : 64;
  g.maps = [{ name, kind, key, value, entries }];
  switch (kind) {
    case 'HashMap':
      return [statement`var ${name} = bpf.HashMap[${key.name}, ${value.name}]{MaxEntries: ${entries}}\n`];
    case 'Array':
      return [statement`var ${name} = bpf.Array[${value.name}]{MaxEntries: ${entries}}\n`];
    case 'go':
      return [statement`//bpf:map hash ${entries}\nvar ${name} = map[${key.name}]${value.name}{}\n`];
    default:
      return kind satisfies never;
  }
}

export function declarations(g: Gen): readonly Piece[] {
  return [
    ...namedTypes(g),
    ...Array.from({ length: 1 + g.random.below(3) }, () => structType(g)),
    ...genericType(g),
    ...constantGroup(g),
    ...variables(g),
    ...atomicVariables(g),
    ...mapVariables(g),
  ];
}
