/**
 * A complete Go program around the compiled one: it loads, attaches, prints what the programs print until it is
 * interrupted, and closes everything. It needs cilium/ebpf 0.22 and nothing else.
 *
 *     collectionSpec()   maps and programs as data       attach()      one link call per program, by go-names.ts
 *     main() run()       flags, signals, errors          copyTrace()   only when a program prints
 *
 * Invariant: the text is as gofmt leaves it, and `go vet` is silent; imports are exactly those used. Only the pieces
 * of `loader` speak of a process; the others serve a library as well.
 */

import type { Machine } from '../../passes/pass.ts';
import type { TProgram } from '../ast/typed.ts';
import { must } from '../base/assert.ts';
import { base64 } from '../base/base64.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import { lineText, type SourceFile } from '../base/source.ts';
import { reachableFuncs } from '../bpf/encode.ts';
import { maps as mapTable } from '../bpf/maps.ts';
import type { PReg } from '../bpf/minst.ts';
import { type AttachPoint, programRow } from '../bpf/programs.ts';
import type { MapDecl, Module, Program } from '../ir/ir.ts';
import { linkFlag } from '../lower/maps.ts';
import { carriesAll, carriesMaps } from './carry.ts';
import { attachFuncs } from './go-attach-funcs.ts';
import { attachCallOf, type AttachNeed, attachWords, needRows, probeTarget } from './go-attach.ts';
import { programData } from './go-data.ts';
import { goAttachType, goMapType, goProgramType } from './go-names.ts';
import { commentText, type Field, goString, indent, keyed, literal } from './go-text.ts';
import { configurationAsker } from './externs.ts';
import { GoTypes } from './go-types.ts';
import { library, libraryNames } from './golibrary.ts';
import { loader } from './goloader.ts';
import { instructionList } from './listing.ts';
import { type InnerMap, innerMap, programSlots, typedMaps } from './object-maps.ts';

/** Lines of Go and the import paths that they need. */
export interface Piece {
  readonly lines: readonly string[];
  readonly imports: readonly string[];
}

const ebpf = 'github.com/cilium/ebpf';

/** What the kernel accepts as an object's name. */
const objectName = (name: string): string => name.replace(/[^A-Za-z0-9_.]/g, '_');

function pointOf(program: Program): AttachPoint {
  return must(programRow(program.section), `no program kind for ${program.section}`);
}

/** `slots`: the programs of a tail-call table; `inner`: what the values of a map of maps are like. */
function mapFields(map: MapDecl, slots: ReadonlyMap<number, string>, inner: InnerMap | null): Field[] {
  const rows: Readonly<Record<string, { readonly id: number }>> = mapTable;
  const fields: Field[] = [
    ['Name', [goString(objectName(map.name))]],
    ['Type', [goMapType(map.type, must(rows[map.type], map.type).id)]],
  ];
  const numbers = [
    ['KeySize', map.keySize],
    ['ValueSize', map.valueSize],
    ['MaxEntries', map.maxEntries],
    ['Flags', map.flags],
  ] as const;
  for (const [key, value] of numbers) if (value !== 0) fields.push([key, [String(value)]]);
  if (map.pin) fields.push(['Pinning', ['ebpf.PinByName']]);
  if (inner !== null) {
    const spec = literal('&ebpf.MapSpec', keyed(mapFields(inner.decl, new Map(), null)));
    fields.push(['InnerMap', spec]);
  }
  if (slots.size > 0) {
    const entries = [...slots].map(([slot, name]) => `{Key: uint32(${slot}), Value: ${goString(name)}},`);
    fields.push(['Contents', literal('[]ebpf.MapKV', entries)]);
  }
  return fields;
}

/** BPF_F_SLEEPABLE and BPF_F_XDP_HAS_FRAGS. */
const loadFlags = ({ row }: AttachPoint): number => (row.sleepable ? 0x10 : 0) | (row.frags ? 0x20 : 0);

function programFields(machine: Machine<PReg>, program: Program, files: readonly SourceFile[]): Field[] {
  const point = pointOf(program);
  const { row } = point;
  const flags = loadFlags(point);
  const fields: Field[] = [
    ['Name', [goString(objectName(program.name))]],
    ['Type', [goProgramType(row.type, row.typeId)]],
  ];
  if (row.attachType !== null) fields.push(['AttachType', [goAttachType(row.attachType, row.attachId)]]);
  if (attachCallOf(point, machine.module.maps).attachTo) fields.push(['AttachTo', [goString(point.target)]]);
  if (flags !== 0) fields.push(['Flags', [String(flags)]]);
  fields.push(['License', [goString(machine.module.license)]]);
  fields.push(['Instructions', instructionList(reachableFuncs(machine, program.name), files)]);
  return fields;
}

function specPiece(machine: Machine<PReg>, program: TProgram | null, files: readonly SourceFile[]): Piece {
  const { maps, programs } = machine.module;
  const typed = typedMaps(maps, program);
  const entries: Field[] = [];
  const named = (name: string, fields: readonly Field[]): Field => [
    goString(name),
    literal('', keyed(fields)),
  ];
  if (maps.length > 0) {
    const specs = maps.map((map) => {
      const declared = typed.get(map.name);
      return named(map.name, mapFields(map, programSlots(declared, program), innerMap(declared)));
    });
    entries.push(['Maps', literal('map[string]*ebpf.MapSpec', keyed(specs))]);
  }
  const specs = programs.map((p) => named(p.name, programFields(machine, p, files)));
  entries.push(['Programs', literal('map[string]*ebpf.ProgramSpec', keyed(specs))]);
  const [first = '', ...rest] = literal('&ebpf.CollectionSpec', keyed(entries));
  const body = indent([`return ${first}`, ...rest]);
  const doc = `// collectionSpec describes the ${maps.length > 0 ? 'maps and ' : ''}programs to load.`;
  return {
    lines: [doc, 'func collectionSpec() *ebpf.CollectionSpec {', ...body, '}'],
    imports: [ebpf, `${ebpf}/asm`],
  };
}

/** The link call of a program, or null where it is only loaded. */
function linkCall(program: Program, maps: readonly MapDecl[]): string | null {
  const point = pointOf(program);
  const words = attachWords(program, point, maps);
  const { call } = attachCallOf(point, maps);
  return (
    call?.replace(/\$([a-z]+)/g, (_, word: string) => must(words[word], `$${word} of a link call`)) ?? null
  );
}

export function needsOf(programs: readonly Program[], maps: readonly MapDecl[]): readonly AttachNeed[] {
  return [...new Set(programs.flatMap((program) => attachCallOf(pointOf(program), maps).needs))];
}

function attachPieces({ programs, maps }: Module): readonly Piece[] {
  const body: string[] = [];
  let count = 0;
  const tables = maps.some(({ type }) => type === 'struct_ops');
  for (const program of programs) {
    const call = linkCall(program, maps);
    if (call === null) {
      if (pointOf(program).row.link !== 'struct_ops' || !tables)
        body.push(
          `// ${commentText(`${program.name} (${program.section}) is loaded, and attached by whoever uses it.`)}`,
        );
      continue;
    }
    const name = ++count === 1 ? 'l' : `l${count}`;
    const what = `attach ${program.name} to ${program.section}`.replaceAll('%', '%%');
    body.push(`${name}, err := ${call}`, 'if err != nil {');
    body.push(`\treturn links, fmt.Errorf(${goString(`${what}: %w`)}, err)`, '}');
    body.push(`links = append(links, ${name})`);
  }
  for (const table of maps.filter(({ type }) => type === 'struct_ops')) {
    const name = ++count === 1 ? 'l' : `l${count}`;
    const map = `coll.Maps[${goString(table.name)}]`;
    body.push(`${name}, err := link.AttachStructOps(link.StructOpsOptions{Map: ${map}})`, 'if err != nil {');
    body.push(`\treturn links, fmt.Errorf(${goString(`put ${table.name} into effect: %w`)}, err)`, '}');
    body.push(`links = append(links, ${name})`);
  }
  const needs = needsOf(programs, maps);
  const calls = programs.map((program) => attachCallOf(pointOf(program), maps));
  const list = ['coll *ebpf.Collection', ...needs.map((need) => needRows[need].parameter)].join(', ');
  const attach: Piece = {
    lines: [
      '// attach hooks the programs to the kernel. The caller closes the links, after an error too.',
      `func attach(${list}) ([]io.Closer, error) {`,
      ...indent(['var links []io.Closer', ...body, 'return links, nil']),
      '}',
    ],
    imports: [
      ebpf,
      'io',
      ...(calls.some(({ call }) => call?.startsWith('link.')) || tables ? [`${ebpf}/link`] : []),
      ...(count > 0 ? ['fmt'] : []),
      ...(needs.includes('iface') ? ['net'] : []),
    ],
  };
  return [attach, ...attachFuncs(calls.flatMap(({ func }) => func ?? []))];
}

/** The object in base64, and its reader. */
function embeddedPiece(object: Uint8Array): Piece {
  const text = base64(object).match(/.{1,100}/g) ?? [];
  return {
    lines: [
      '// object is what the compiler made: an ELF object in base64.',
      'const object = `',
      ...text,
      '`',
      '',
      '// collectionSpec reads the maps and programs to load.',
      'func collectionSpec() (*ebpf.CollectionSpec, error) {',
      '\tdata, err := base64.StdEncoding.DecodeString(object)',
      '\tif err != nil {',
      '\t\treturn nil, err',
      '\t}',
      '\treturn ebpf.LoadCollectionSpecFromReader(bytes.NewReader(data))',
      '}',
    ],
    imports: ['bytes', 'encoding/base64', ebpf],
  };
}

/** Lines that complete the specification: what a replaced function belongs to. */
function prepareLines(programs: readonly Program[]): string[] {
  return programs
    .filter((program) => pointOf(program).row.link === 'freplace')
    .map((program) => `spec.Programs[${goString(program.name)}].AttachTarget = target`);
}

/** The sources, as a comment that gofmt leaves alone because nothing follows it directly. */
function sourceComment(files: readonly SourceFile[]): string[] {
  const lines = ['// Code generated by bpfc; DO NOT EDIT.'];
  for (const file of files) {
    lines.push('//', `// ${commentText(file.name)}:`, '//');
    const count = file.text.endsWith('\n') ? file.lineStarts.length - 1 : file.lineStarts.length;
    for (let line = 1; line <= count; line++) {
      const text = commentText(lineText(file, line));
      lines.push(text === '' ? '//' : `//\t${text}`);
    }
  }
  return lines;
}

function importLines(pieces: readonly Piece[]): string[] {
  const all = [...new Set(pieces.flatMap((piece) => piece.imports))].sort();
  const standard = all.filter((path) => !path.includes('.'));
  const others = all.filter((path) => path.includes('.'));
  const groups = [standard, others].filter((group) => group.length > 0);
  const body = groups.flatMap((group, i) => [...(i > 0 ? [''] : []), ...group.map((path) => `\t"${path}"`)]);
  return ['import (', ...body, ')'];
}

/** Does a program use trace_printk or trace_vprintk? */
function prints(machine: Machine<PReg>): boolean {
  return machine.funcs.some((func) =>
    func.blocks.some((block) =>
      block.body.some((inst) => inst.op === 'call_helper' && (inst.imm === 6n || inst.imm === 177n)),
    ),
  );
}

export interface GoOptions {
  readonly files: readonly SourceFile[];
  readonly diagnostics: Diagnostics;
  readonly program: TProgram | null;
  /** A library of this name; null: a command. */
  readonly goPackage: string | null;
  /** The object to carry; null: asm.Instructions. */
  readonly object: Uint8Array | null;
}

/** The executable that probes name; the flag's default. */
function binaryOf(programs: readonly Program[]): string {
  const probes = programs.map(pointOf).filter(({ row }) => /^u(ret)?probe/.test(row.link));
  return probes.map(({ target }) => probeTarget(target).binary).find((binary) => binary !== '') ?? '';
}

/** Values of the configuration that may be missing, which cilium/ebpf does not load: reported, and true. */
function lacksConfig({ globals }: Module, { diagnostics, program }: GoOptions): boolean {
  const weak = globals.filter((g) => g.weak === true);
  for (const { name } of weak) {
    const span = configurationAsker(program?.globals ?? [], name)?.span ?? null;
    diagnostics.report('kconfig-weak', span, { name });
  }
  return weak.length > 0;
}

/** Tables that nothing but a link could put into effect have none: reported, and true. */
function lacksLinks(maps: readonly MapDecl[], { diagnostics, program }: GoOptions): boolean {
  const bare = maps.filter(({ type, flags }) => type === 'struct_ops' && (flags & linkFlag) === 0);
  const typed = typedMaps(maps, program);
  for (const { name } of bare)
    diagnostics.report('struct-ops-no-link', typed.get(name)?.span ?? null, { name });
  return bare.length > 0;
}

function carried(machine: Machine<PReg>, { files, diagnostics, program }: GoOptions): boolean {
  const { programs, maps } = machine.module;
  const code = programs.map((p) => carriesAll(reachableFuncs(machine, p.name), files, diagnostics));
  const data = carriesMaps(maps, program, diagnostics);
  return data && !code.includes(false);
}

/** The file's text; empty after a report. */
export function emitGoProgram(machine: Machine<PReg>, options: GoOptions): string {
  const { files, program, goPackage, object } = options;
  const { programs, maps } = machine.module;
  if (programs.length === 0) {
    options.diagnostics.report('no-program', null, {});
    return '';
  }
  if (lacksConfig(machine.module, options) || lacksLinks(maps, options)) return '';
  if (object === null && !carried(machine, options)) return '';
  const types = new GoTypes(goPackage === null ? [] : libraryNames);
  const data = programData(maps, program, types, object !== null);
  const needs = needsOf(programs, maps);
  const embedded = object !== null;
  const shared = { needs, data, embedded, prepare: prepareLines(programs) };
  const printing = prints(machine);
  const around =
    goPackage === null
      ? loader({
          ...shared,
          binary: binaryOf(programs),
          prints: printing,
          pins: maps.some((map) => map.pin),
        })
      : library({ ...shared, maps, programs });
  const declared = types.piece();
  const pieces = [
    ...around,
    ...(declared === null ? [] : [declared]),
    ...attachPieces(machine.module),
    object === null ? specPiece(machine, program, files) : embeddedPiece(object),
  ];
  const user = files.filter((file) => machine.funcs.some((func) => func.pos.file === file.id));
  const head = `package ${goPackage ?? 'main'}`;
  const lines = [...sourceComment(user), '', head, '', ...importLines(pieces)];
  for (const piece of pieces) lines.push('', ...piece.lines);
  return lines.map((line) => `${line}\n`).join('');
}
