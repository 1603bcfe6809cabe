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
import { assert, must } from '../base/assert.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import { lineText, type SourceFile } from '../base/source.ts';
import { reachableFuncs } from '../bpf/encode.ts';
import { maps as mapTable } from '../bpf/maps.ts';
import type { PReg } from '../bpf/minst.ts';
import { type AttachPoint, programRow } from '../bpf/programs.ts';
import type { MapDecl, Program } from '../ir/ir.ts';
import { carriesAll } from './carry.ts';
import { attachCalls, type AttachNeed, goAttachType, goMapType, goProgramType } from './go-names.ts';
import { commentText, type Field, goString, indent, keyed, literal } from './go-text.ts';
import { loader } from './goloader.ts';
import { instructionList } from './listing.ts';

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

function mapFields(map: MapDecl): Field[] {
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
  if (attachCalls[row.link].attachTo) fields.push(['AttachTo', [goString(point.target)]]);
  if (flags !== 0) fields.push(['Flags', [String(flags)]]);
  fields.push(['License', [goString(machine.module.license)]]);
  fields.push(['Instructions', instructionList(reachableFuncs(machine, program.name), files)]);
  return fields;
}

function specPiece(machine: Machine<PReg>, files: readonly SourceFile[]): Piece {
  const { maps, programs } = machine.module;
  const entries: Field[] = [];
  const named = (name: string, fields: readonly Field[]): Field => [
    goString(name),
    literal('', keyed(fields)),
  ];
  if (maps.length > 0) {
    const specs = maps.map((map) => named(map.name, mapFields(map)));
    entries.push(['Maps', literal('map[string]*ebpf.MapSpec', keyed(specs))]);
  }
  const specs = programs.map((program) => named(program.name, programFields(machine, program, files)));
  entries.push(['Programs', literal('map[string]*ebpf.ProgramSpec', keyed(specs))]);
  const [first = '', ...rest] = literal('&ebpf.CollectionSpec', keyed(entries));
  const body = indent([`return ${first}`, ...rest]);
  const doc = `// collectionSpec describes the ${maps.length > 0 ? 'maps and ' : ''}programs to load.`;
  return {
    lines: [doc, 'func collectionSpec() *ebpf.CollectionSpec {', ...body, '}'],
    imports: [ebpf, `${ebpf}/asm`],
  };
}

const parameters: Readonly<Record<AttachNeed, string>> = {
  iface: 'iface *net.Interface',
  cgroup: 'cgroup string',
};

/** The link call of a program, or null where it is only loaded. */
function linkCall(program: Program): string | null {
  const { row, target } = pointOf(program);
  const { call } = attachCalls[row.link];
  const slash = target.indexOf('/');
  const words: Readonly<Record<string, string>> = {
    p: `coll.Programs[${goString(program.name)}]`,
    t: goString(target),
    group: goString(target.slice(0, Math.max(slash, 0))),
    name: goString(target.slice(slash + 1)),
    sys: goString(`sys_${target}`),
    a: row.attachType === null ? 'ebpf.AttachNone' : goAttachType(row.attachType, row.attachId),
  };
  return (
    call?.replace(/\$([a-z]+)/g, (_, word: string) => must(words[word], `$${word} of a link call`)) ?? null
  );
}

export function needsOf(programs: readonly Program[]): readonly AttachNeed[] {
  return [...new Set(programs.flatMap((program) => attachCalls[pointOf(program).row.link].needs))];
}

function attachPiece(programs: readonly Program[]): Piece {
  const body: string[] = [];
  let define = ':=';
  for (const program of programs) {
    const call = linkCall(program);
    const what = `${program.name} to ${program.section}`;
    if (call === null) {
      body.push(
        `// ${commentText(`${program.name} (${program.section}) is loaded, and attached by whoever uses it.`)}`,
      );
      continue;
    }
    body.push(`l, err ${define} ${call}`, 'if err != nil {');
    body.push(
      `\treturn links, fmt.Errorf(${goString(`attach ${what.replaceAll('%', '%%')}: %w`)}, err)`,
      '}',
    );
    body.push('links = append(links, l)');
    define = '=';
  }
  const needs = needsOf(programs);
  const list = ['coll *ebpf.Collection', ...needs.map((need) => parameters[need])].join(', ');
  const calls = define === '=';
  return {
    lines: [
      '// attach hooks the programs to the kernel. The caller closes the links, after an error too.',
      `func attach(${list}) ([]link.Link, error) {`,
      ...indent(['var links []link.Link', ...body, 'return links, nil']),
      '}',
    ],
    imports: [ebpf, `${ebpf}/link`, ...(calls ? ['fmt'] : []), ...(needs.includes('iface') ? ['net'] : [])],
  };
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

/** The file's text; empty after a report. */
export function emitGoProgram(
  machine: Machine<PReg>,
  files: readonly SourceFile[],
  diagnostics: Diagnostics,
): string {
  const { programs, maps } = machine.module;
  assert(programs.length > 0, 'no programs');
  const carried = programs.map((p) => carriesAll(reachableFuncs(machine, p.name), files, diagnostics));
  if (carried.includes(false)) return '';
  const pieces = [
    ...loader({ needs: needsOf(programs), prints: prints(machine), pins: maps.some((map) => map.pin) }),
    specPiece(machine, files),
    attachPiece(programs),
  ];
  const user = files.filter((file) => machine.funcs.some((func) => func.pos.file === file.id));
  const lines = [...sourceComment(user), '', 'package main', '', ...importLines(pieces)];
  for (const piece of pieces) lines.push('', ...piece.lines);
  return lines.map((line) => `${line}\n`).join('');
}
