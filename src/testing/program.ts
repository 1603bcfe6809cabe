/**
 * Programs for unit tests: compiled once, run in the embedded machine, with maps and variables as plain values. Needs
 * neither a kernel nor root nor Linux.
 *
 *     const program = createProgram(readFileSync('filter.go', 'utf8'), { variables: { Limit: 9 } });
 *     program.fill('Hits', [{ key: 1, value: 41 }]);
 *     program.run({ packet: '00…' }).result     // 2
 *     program.map('Hits')                       // [{ key: 1, value: 42 }]
 */

import { must } from '../base/assert.ts';
import { formatDiagnostic } from '../base/format.ts';
import { type CompileInput, type CompileOptions, compile } from '../compile.ts';
import { eventShapes } from '../emit/event-shapes.ts';
import { fromHex } from '../emit/hex.ts';
import { type BpfObject, readBpfObject } from '../object/bpf-object.ts';
import {
  entriesFromJson,
  entriesToJson,
  eventJson,
  type ObjectShapes,
  shapesOf,
} from '../object/object-shapes.ts';
import { fromJson, type Json, ShapeError, toJson } from '../object/shape.ts';
import type { Place, SessionInput, SessionOutput, Step } from './session.ts';
import { type VmSessionOptions, vmSession } from './vm-session.ts';

export { RunFault } from './session.ts';
export type { Json, Place, SessionOutput, Step };

export interface ProgramOptions extends VmSessionOptions {
  /** First values of package variables, `//bpf:config` ones included. */
  readonly variables?: Readonly<Record<string, Json>>;
  /** Of the compiler; the form of output is not asked. */
  readonly compile?: Partial<Omit<CompileOptions, 'emit'>>;
}

export interface RunOptions {
  /** Which program, where there are several. */
  readonly program?: string;
  /** Bytes, or hexadecimal digits with spaces and colons as wanted. */
  readonly packet?: Uint8Array | string;
  readonly context?: Uint8Array | string;
}

export interface TestProgram {
  /** Runs once. A wrong access, which the kernel would not let happen, throws a RunFault with the Go place. */
  readonly run: (options?: RunOptions) => SessionOutput;
  /** The same run, instruction by instruction: `for (const step of program.steps({ packet })) …`. */
  readonly steps: (options?: RunOptions) => Generator<Step, SessionOutput, undefined>;
  /** Puts entries into a map: `[{ key, value }]`, `{ key: value }`, or values by index for arrays. */
  readonly fill: (map: string, entries: Json) => void;
  /** What a map holds: `[{ key, value }]`, or values by index. */
  readonly map: (name: string) => Json;
  readonly variable: (name: string) => Json;
  readonly setVariable: (name: string, value: Json) => void;
  /** Lines that the program printed. */
  readonly printed: () => readonly string[];
  /** What it sent since the last call, through ring buffers and perf event arrays. */
  readonly events: () => readonly ProgramEvent[];
}

export interface ProgramEvent {
  readonly map: string;
  /** By the map's type: an object of the struct's fields, say. */
  readonly value: Json;
}

function bytesOf(what: string, value: Uint8Array | string): Uint8Array {
  if (typeof value !== 'string') return value;
  const bytes = fromHex(value.replace(/[\s:]/g, ''));
  if (bytes === null) throw new TypeError(`${what} must be bytes or hexadecimal digits`);
  return bytes;
}

function compiled(
  source: string | CompileInput,
  options: ProgramOptions,
): { readonly object: BpfObject; readonly shapes: ObjectShapes } {
  const input = typeof source === 'string' ? { files: [{ name: 'program.go', text: source }] } : source;
  const result = compile({ ...input, options: { ...input.options, ...options.compile, emit: 'object' } });
  const { artifact, machine } = result;
  if (artifact instanceof Uint8Array && machine !== null) {
    const object = readBpfObject(artifact);
    return { object, shapes: shapesOf(object, eventShapes(machine.module.maps, result.program)) };
  }
  const errors = result.diagnostics.filter((d) => d.severity === 'error');
  throw new Error(errors.map((d) => formatDiagnostic(d, result.files)).join('\n'));
}

/** Compiles a package, given as its one file's text or as `compile` takes it; its errors are thrown as one. */
export function createProgram(source: string | CompileInput, options: ProgramOptions = {}): TestProgram {
  const { object, shapes } = compiled(source, options);
  const session = vmSession(object, shapes, options);
  const known = <T>(list: ReadonlyMap<string, T>, what: string, name: string): T => {
    const found = list.get(name);
    if (found === undefined)
      throw new ShapeError(`no ${what} ${name}; there are ${[...list.keys()].join(', ')}`);
    return found;
  };
  const chosen = ({ program: wanted, packet, context }: RunOptions): readonly [string, SessionInput] => {
    const names = session.programs.map((p) => p.name);
    if (wanted === undefined && names.length !== 1)
      throw new TypeError(`choose a program: ${names.join(', ')}`);
    if (wanted !== undefined && !names.includes(wanted))
      throw new TypeError(`no program ${wanted}; there are ${names.join(', ')}`);
    return [
      wanted ?? must(names[0], 'a program'),
      {
        ...(packet === undefined ? {} : { packet: bytesOf('packet', packet) }),
        ...(context === undefined ? {} : { context: bytesOf('context', context) }),
      },
    ];
  };
  const program: TestProgram = {
    run: (run = {}) => session.run(...chosen(run)),
    steps: (run = {}) => session.steps(...chosen(run)),
    fill(name, entries) {
      for (const [key, value] of entriesFromJson(known(shapes.maps, 'map', name), entries, name))
        session.update(name, key, value);
    },
    map: (name) => entriesToJson(known(shapes.maps, 'map', name), session.entries(name)),
    variable: (name) => toJson(known(shapes.variables, 'variable', name).shape, session.readVariable(name)),
    setVariable: (name, value) =>
      session.writeVariable(name, fromJson(known(shapes.variables, 'variable', name).shape, value, name)),
    printed: session.printed,
    events: () =>
      session.events().map(({ map, data }) => ({ map, value: eventJson(shapes.maps.get(map)?.value, data) })),
  };
  for (const [name, value] of Object.entries(options.variables ?? {})) program.setVariable(name, value);
  return program;
}
