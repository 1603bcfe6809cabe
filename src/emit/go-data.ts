/**
 * What a generated Go program exchanges with the kernel: configuration, events, map contents, all in the program's own
 * types.
 *
 *     var events = bpf.RingBuf[Event]{…}      a reader of ring buffer events that decodes Event
 *     var hits = bpf.HashMap[Key, uint64]{…}  with -dump: hits[…] = …
 *     //bpf:config                            a flag -Limit
 *     var Limit uint64 = 100
 */

import type { TGlobal, TProgram } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import type { MapDecl } from '../ir/ir.ts';
import { identifier } from './go-btf.ts';
import { goString, indent } from './go-text.ts';
import type { GoTypes } from './go-types.ts';
import type { Piece } from './goprogram.ts';
import { mapTypeOf, mapTypeRow, typedMaps } from './object-maps.ts';

/** A map whose records arrive as events. */
export interface EventMap {
  readonly name: string;
  readonly source: 'ringbuf' | 'perf';
  /** The Go type of an event. */
  readonly go: string;
  /** Prints well: an expression of `e`. */
  readonly shown: string;
}

/** A map whose entries user space can walk through. */
export interface TableMap {
  readonly name: string;
  readonly key: string;
  /** A slice where there is one value per processor. */
  readonly value: string;
}

export interface ConfigVariable {
  readonly name: string;
  readonly go: string;
  readonly initial: string;
  /** How text of the command line becomes the value; null: it takes no flag. */
  readonly parse: 'uint' | 'int' | 'bool' | 'bytes' | null;
  /** Bits of a number, bytes of an array. */
  readonly size: number;
}

export interface ProgramData {
  readonly events: readonly EventMap[];
  readonly tables: readonly TableMap[];
  readonly config: readonly ConfigVariable[];
}

function eventSource(map: MapDecl): EventMap['source'] | null {
  return map.type === 'ringbuf' ? 'ringbuf' : map.type === 'perf_event_array' ? 'perf' : null;
}

const numberBits: Readonly<Record<string, number>> = {
  int: 64,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  uintptr: 64,
};

function configShape(type: Type): Pick<ConfigVariable, 'parse' | 'size'> {
  if (type.kind === 'named') return configShape(type.underlying);
  if (type.kind === 'basic') {
    if (type.name === 'bool') return { parse: 'bool', size: 1 };
    const bits = numberBits[type.name];
    if (bits === undefined) return { parse: null, size: 0 };
    return { parse: type.name.startsWith('u') ? 'uint' : 'int', size: bits };
  }
  const isText = type.kind === 'array' && type.elem.kind === 'basic' && type.elem.name === 'uint8';
  return isText ? { parse: 'bytes', size: type.length } : { parse: null, size: 0 };
}

/** The declared value, for a flag's help. */
function initialText({ init, type }: TGlobal): string {
  const zero = { uint: '0', int: '0', bool: 'false', bytes: 'empty' };
  const { parse } = configShape(type);
  if (init === null) return parse === null ? '' : zero[parse];
  if (init.kind !== 'const') return 'as the program declares it';
  const { value } = init;
  return value.kind === 'int' || value.kind === 'bool' ? String(value.value) : '';
}

/** Only what an object carries can be configured: without sections, constants are folded into the code. */
export function programData(
  maps: readonly MapDecl[],
  program: TProgram | null,
  types: GoTypes,
  hasSections: boolean,
): ProgramData {
  const typed = typedMaps(maps, program);
  const events: EventMap[] = [];
  const tables: TableMap[] = [];
  for (const map of maps) {
    const value = mapTypeOf(map, typed.get(map.name), 'value');
    const key = mapTypeOf(map, typed.get(map.name), 'key');
    const source = eventSource(map);
    const { name } = map;
    if (value === null) continue;
    if (source !== null)
      events.push({ name, source, go: types.type(value, name), shown: types.shown('e', value) });
    const row = mapTypeRow(map);
    if (key === null || !row.operations.includes('lookup')) continue;
    const go = types.type(value, `${name}Value`);
    tables.push({ name, key: types.type(key, `${name}Key`), value: row.percpu ? `[]${go}` : go });
  }
  const config = (hasSections ? (program?.globals ?? []) : [])
    .filter((g) => g.config)
    .map(
      (g): ConfigVariable => ({
        name: identifier(g.name),
        go: types.type(g.type, g.name),
        initial: initialText(g),
        ...configShape(g.type),
      }),
    );
  return { events, tables, config };
}

/** `readEvents`: one function for each kind of source, over any event type. */
const readerLines: Readonly<Record<EventMap['source'], readonly string[]>> = {
  ringbuf: [
    '// readRingbuf calls each with the records of a ring buffer until ctx is done.',
    'func readRingbuf[T any](ctx context.Context, m *ebpf.Map, each func(T)) error {',
    ...indent([
      'reader, err := ringbuf.NewReader(m)',
      'if err != nil {',
      '\treturn err',
      '}',
      'defer context.AfterFunc(ctx, func() { reader.Close() })()',
      'for {',
      '\trecord, err := reader.Read()',
      '\tif errors.Is(err, ringbuf.ErrClosed) {',
      '\t\treturn nil',
      '\t}',
      '\tif err != nil {',
      '\t\treturn err',
      '\t}',
      '\tvar e T',
      '\tif _, err := binary.Decode(record.RawSample, binary.NativeEndian, &e); err != nil {',
      '\t\treturn err',
      '\t}',
      '\teach(e)',
      '}',
    ]),
    '}',
  ],
  perf: [
    '// readPerf calls each with the samples of all processors until ctx is done; lost ones are counted on stderr.',
    'func readPerf[T any](ctx context.Context, m *ebpf.Map, each func(T)) error {',
    ...indent([
      'reader, err := perf.NewReader(m, 16*os.Getpagesize())',
      'if err != nil {',
      '\treturn err',
      '}',
      'defer context.AfterFunc(ctx, func() { reader.Close() })()',
      'for {',
      '\trecord, err := reader.Read()',
      '\tif errors.Is(err, perf.ErrClosed) {',
      '\t\treturn nil',
      '\t}',
      '\tif err != nil {',
      '\t\treturn err',
      '\t}',
      '\tif record.LostSamples > 0 {',
      '\t\tfmt.Fprintf(os.Stderr, "%d events lost\\n", record.LostSamples)',
      '\t\tcontinue',
      '\t}',
      '\tvar e T',
      '\tif _, err := binary.Decode(record.RawSample, binary.NativeEndian, &e); err != nil {',
      '\t\treturn err',
      '\t}',
      '\teach(e)',
      '}',
    ]),
    '}',
  ],
};

const readerImports: Readonly<Record<EventMap['source'], readonly string[]>> = {
  ringbuf: ['github.com/cilium/ebpf/ringbuf'],
  perf: ['github.com/cilium/ebpf/perf', 'fmt', 'os'],
};

export const readerOf = (event: EventMap): string =>
  event.source === 'ringbuf' ? 'readRingbuf' : 'readPerf';

export function readerPieces(events: readonly EventMap[]): readonly Piece[] {
  const sources = [...new Set(events.map((e) => e.source))];
  return sources.map((source) => ({
    lines: readerLines[source],
    imports: ['context', 'encoding/binary', 'errors', 'github.com/cilium/ebpf', ...readerImports[source]],
  }));
}

export const dumpPiece: Piece = {
  lines: [
    '// dump prints the entries of a map.',
    'func dump[K, V any](name string, m *ebpf.Map) error {',
    ...indent([
      'var key K',
      'var value V',
      'entries := m.Iterate()',
      'for entries.Next(&key, &value) {',
      '\tfmt.Printf("%s[%v] = %v\\n", name, key, value)',
      '}',
      'if err := entries.Err(); err != nil {',
      '\treturn fmt.Errorf("read the map %s: %w", name, err)',
      '}',
      'return nil',
    ]),
    '}',
  ],
  imports: ['fmt', 'github.com/cilium/ebpf'],
};

const parsers: Readonly<
  Record<NonNullable<ConfigVariable['parse']>, (v: ConfigVariable) => readonly string[]>
> = {
  uint: ({ size }) => [
    `value, err := strconv.ParseUint(text, 0, ${size})`,
    'if err != nil {',
    '\treturn err',
    '}',
  ],
  int: ({ size }) => [
    `value, err := strconv.ParseInt(text, 0, ${size})`,
    'if err != nil {',
    '\treturn err',
    '}',
  ],
  bool: () => ['value, err := strconv.ParseBool(text)', 'if err != nil {', '\treturn err', '}'],
  bytes: ({ go, size }) => [
    `var value ${go}`,
    'if copy(value[:], text) < len(text) {',
    `\treturn errors.New("longer than ${size} bytes")`,
    '}',
  ],
};

/** Flags that set configuration variables of `spec` as they are parsed. */
export function configFlags(config: readonly ConfigVariable[]): string[] {
  return config.flatMap((v) => {
    if (v.parse === null) return [];
    const kind = v.parse === 'bool' ? 'BoolFunc' : 'Func';
    const doc = `${v.go}, default ${v.initial}`;
    const value = v.parse === 'bytes' || v.parse === 'bool' ? 'value' : `${v.go}(value)`;
    return [
      `flag.${kind}(${goString(v.name)}, ${goString(doc)}, func(text string) error {`,
      ...indent([...parsers[v.parse](v), `return spec.Variables[${goString(v.name)}].Set(${value})`]),
      '})',
    ];
  });
}

export function configImports(config: readonly ConfigVariable[]): string[] {
  const kinds = new Set(config.map((v) => v.parse));
  const numbers = kinds.has('uint') || kinds.has('int') || kinds.has('bool');
  const flags = numbers || kinds.has('bytes');
  return [
    ...(flags ? ['flag'] : []),
    ...(numbers ? ['strconv'] : []),
    ...(kinds.has('bytes') ? ['errors'] : []),
  ];
}
