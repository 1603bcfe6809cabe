/**
 * The part of a generated Go package that is a library: `Load`, typed maps, `Attach`, readers of events.
 *
 *     objects, err := filter.Load(nil, ebpf.CollectionOptions{})
 *     links, err := objects.Attach(iface)
 *     count, err := objects.Hits.Get(filter.Key{…})
 */

import type { MapDecl, Program } from '../ir/ir.ts';
import { type AttachNeed, needRows } from './go-attach.ts';
import { type ConfigVariable, type ProgramData, readerOf, readerPieces } from './go-data.ts';
import { goString, indent } from './go-text.ts';
import { exported, structLines, unique } from './go-types.ts';
import type { Piece } from './goprogram.ts';

export interface LibraryOptions {
  readonly needs: readonly AttachNeed[];
  readonly data: ProgramData;
  readonly maps: readonly MapDecl[];
  readonly programs: readonly Program[];
  readonly embedded: boolean;
  readonly prepare: readonly string[];
}

/** Names that the library declares; types of the program get others. */
export const libraryNames: readonly string[] = ['Config', 'DefaultConfig', 'Load', 'Map', 'Objects'];

const ebpf = 'github.com/cilium/ebpf';
const onError = (result: string): string[] => ['if err != nil {', `\treturn ${result}`, '}'];

function configPiece(config: readonly ConfigVariable[]): Piece {
  const taken = new Set<string>();
  const names = config.map((v) => unique(exported(v.name), taken));
  const fields = config.map((v, i) => [names[i] ?? '', v.go] as const);
  const each = (method: 'Get' | 'Set', prefix: string, result: string): string[] =>
    config.flatMap((v, i) => [
      `if err := spec.Variables[${goString(v.name)}].${method}(${prefix}c.${names[i]}); err != nil {`,
      `\treturn ${result}`,
      '}',
    ]);
  return {
    lines: [
      '// Config holds the configuration variables.',
      'type Config struct {',
      ...structLines(fields),
      '}',
      '',
      '// DefaultConfig returns the values that the program declares.',
      'func DefaultConfig() (Config, error) {',
      ...indent(['var c Config', 'spec, err := collectionSpec()', ...onError('c, err')]),
      ...indent([...each('Get', '&', 'c, err'), 'return c, nil']),
      '}',
      '',
      'func (c *Config) apply(spec *ebpf.CollectionSpec) error {',
      ...indent([...each('Set', '', 'err'), 'return nil']),
      '}',
    ],
    imports: [ebpf],
  };
}

const mapPiece: Piece = {
  lines: [
    '// Map is a map with typed keys and values.',
    'type Map[K, V any] struct{ *ebpf.Map }',
    '',
    '// Get returns the value of a key; the error is ebpf.ErrKeyNotExist where there is none.',
    'func (m Map[K, V]) Get(key K) (V, error) {',
    ...indent(['var value V', 'err := m.Lookup(&key, &value)', 'return value, err']),
    '}',
    '',
    '// Set inserts or replaces a value.',
    'func (m Map[K, V]) Set(key K, value V) error { return m.Put(&key, value) }',
    '',
    '// All walks through the entries; a map that changes meanwhile may end it early.',
    'func (m Map[K, V]) All() iter.Seq2[K, V] {',
    ...indent([
      'return func(yield func(K, V) bool) {',
      '\tvar key K',
      '\tvar value V',
      '\tentries := m.Iterate()',
      '\tfor entries.Next(&key, &value) && yield(key, value) {',
      '\t}',
      '}',
    ]),
    '}',
  ],
  imports: [ebpf, 'iter'],
};

interface Member {
  readonly field: string;
  readonly type: string;
  readonly value: string;
}

function members({ maps, programs, data }: LibraryOptions): readonly Member[] {
  const taken = new Set(['Collection', 'Attach', 'Close']);
  for (const event of data.events) taken.add(`Read${exported(event.name)}`);
  const fromPrograms = programs.map(({ name }): Member => {
    const value = `coll.Programs[${goString(name)}]`;
    return { field: unique(exported(name), taken), type: '*ebpf.Program', value };
  });
  const fromMaps = maps.map(({ name }): Member => {
    const field = unique(exported(name), taken);
    const value = `coll.Maps[${goString(name)}]`;
    const table = data.tables.find((t) => t.name === name);
    if (table === undefined) return { field, type: '*ebpf.Map', value };
    const type = `Map[${table.key}, ${table.value}]`;
    return { field, type, value: `${type}{${value}}` };
  });
  return [...fromPrograms, ...fromMaps];
}

function loadLines({ data, embedded, prepare }: LibraryOptions): string[] {
  const configured = data.config.length > 0;
  return [
    ...(embedded ? ['spec, err := collectionSpec()', ...onError('nil, err')] : ['spec := collectionSpec()']),
    ...(configured
      ? [
          'if config != nil {',
          '\tif err := config.apply(spec); err != nil {',
          '\t\treturn nil, err',
          '\t}',
          '}',
        ]
      : []),
    ...prepare,
    'coll, err := ebpf.NewCollectionWithOptions(spec, opts)',
    ...onError('nil, err'),
  ];
}

function objectsPiece(options: LibraryOptions): Piece {
  const { needs, data } = options;
  const list = members(options);
  const fields = [
    ['Collection', '*ebpf.Collection'] as const,
    ...list.map((m) => [m.field, m.type] as const),
  ];
  const width = Math.max(...fields.map(([name]) => name.length)) + 2;
  const values = [['Collection', 'coll'] as const, ...list.map((m) => [m.field, m.value] as const)];
  const early = needs.filter((need) => need === 'target').map((need) => needRows[need].parameter);
  const parameters = [
    ...(data.config.length > 0 ? ['config *Config'] : []),
    ...early,
    'opts ebpf.CollectionOptions',
  ];
  const attachParameters = needs.map((need) => needRows[need].parameter);
  const attachArguments = ['o.Collection', ...attachParameters.map((p) => p.split(' ')[0])];
  const readers = data.events.flatMap((event) => {
    const member = list.find((m) => m.value.startsWith(`coll.Maps[${goString(event.name)}]`));
    const name = `Read${exported(event.name)}`;
    return [
      '',
      `// ${name} calls each with the events of ${event.name} until ctx is done.`,
      `func (o *Objects) ${name}(ctx context.Context, each func(${event.go})) error {`,
      `\treturn ${readerOf(event)}(ctx, o.${member?.field ?? ''}, each)`,
      '}',
    ];
  });
  const nilConfig = data.config.length > 0 ? '; without config, variables keep their declared values' : '';
  return {
    lines: [
      '// Objects are the loaded programs and maps.',
      'type Objects struct {',
      ...structLines(fields),
      '}',
      '',
      `// Load loads programs and maps into the kernel${nilConfig}.`,
      `func Load(${parameters.join(', ')}) (*Objects, error) {`,
      ...indent([
        ...loadLines(options),
        'return &Objects{',
        ...indent(values.map(([name, value]) => `${`${name}:`.padEnd(width)}${value},`)),
        '}, nil',
      ]),
      '}',
      '',
      '// Attach hooks the programs to the kernel. The caller closes the links, after an error too.',
      `func (o *Objects) Attach(${attachParameters.join(', ')}) ([]io.Closer, error) {`,
      `\treturn attach(${attachArguments.join(', ')})`,
      '}',
      '',
      '// Close unloads what no link and no pin keeps.',
      'func (o *Objects) Close() { o.Collection.Close() }',
      ...readers,
    ],
    imports: [
      ebpf,
      'io',
      ...(needs.includes('iface') ? ['net'] : []),
      ...(readers.length > 0 ? ['context'] : []),
    ],
  };
}

export function library(options: LibraryOptions): readonly Piece[] {
  const { data } = options;
  return [
    objectsPiece(options),
    ...(data.config.length > 0 ? [configPiece(data.config)] : []),
    ...(data.tables.length > 0 ? [mapPiece] : []),
    ...readerPieces(data.events),
  ];
}
