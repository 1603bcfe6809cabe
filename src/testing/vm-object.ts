/**
 * An object as the embedded machine takes it: its programs decoded, references put back as symbols, lines as
 * positions, data sections as package variables of the machine.
 *
 *     const { funcs, module, slots, files } = vmProgram(readBpfObject(bytes));
 *
 * Field offsets of CO-RE relocations stay those of the object's own types: there is no kernel to ask.
 */

import { Diagnostics } from '../base/diagnostic.ts';
import { noPos, type Pos } from '../base/source.ts';
import { decode } from '../bpf/decode.ts';
import { isMapType, type MapDecl, maps as mapTable, type MapTypeName } from '../bpf/maps.ts';
import type { MFunc, MInst, PReg, SymRef } from '../bpf/minst.ts';
import type { BpfObject, ObjectProgram, ObjectRef } from '../object/bpf-object.ts';
import { MalformedError } from '../object/bytes.ts';
import { kconfigSection } from '../object/kconfig-read.ts';
import type { ObjectMap } from '../object/object-map-read.ts';
import type { VmModule, VmOptions } from '../vm/machine.ts';

export interface VmProgram extends Pick<VmOptions, 'funcs' | 'endian'> {
  readonly module: VmModule;
  readonly slots: NonNullable<VmOptions['slots']>;
  /** File names by the positions' file numbers. */
  readonly files: readonly string[];
}

const pseudo = { map: 1, mapValue: 2, kfunc: 2 } as const;

/** The code with the number of the reference in each place that refers to something. */
function numbered(program: ObjectProgram, little: boolean): Uint8Array {
  const code = Uint8Array.from(program.code);
  const view = new DataView(code.buffer);
  for (const [number, { slot, kind }] of program.refs.entries()) {
    const source = kind === 'kfunc' ? pseudo.kfunc : kind === 'map' ? pseudo.map : pseudo.mapValue;
    const registers = code[slot * 8 + 1] ?? 0;
    code[slot * 8 + 1] = little ? (registers & 15) | (source << 4) : (registers & 0xf0) | source;
    view.setInt32(slot * 8 + 4, number, little);
    if (kind !== 'kfunc') view.setInt32(slot * 8 + 12, 0, little);
  }
  return code;
}

function symbolOf(ref: ObjectRef): SymRef {
  const kind = ref.kind === 'data' ? 'global' : ref.kind;
  return { kind, name: ref.name, offset: ref.offset };
}

const referring: readonly string[] = ['ld_map_fd', 'ld_map_value', 'call_kfunc'];

function withSymbols(func: MFunc<PReg>, refs: readonly ObjectRef[]): MFunc<PReg> {
  const symbolic = (inst: MInst<PReg>): MInst<PReg> => {
    const ref = referring.includes(inst.op) ? refs[Number(BigInt.asUintN(32, inst.imm))] : undefined;
    return ref === undefined ? inst : { ...inst, sym: symbolOf(ref) };
  };
  return { ...func, blocks: func.blocks.map(({ id, body }) => ({ id, body: body.map(symbolic) })) };
}

/** Positions by slot: a record of line info holds up to the next. */
function positions(program: ObjectProgram, files: string[]): (slot: number) => Pos {
  const lines = [...program.lines].sort((a, b) => a.slot - b.slot);
  return (slot) => {
    const line = lines.findLast((l) => l.slot <= slot);
    if (line === undefined) return noPos;
    if (!files.includes(line.file)) files.push(line.file);
    return { file: files.indexOf(line.file), line: line.line, col: line.col };
  };
}

/** Names of a program's functions by first slot: its own, those that its types tell. */
function functionNames(
  object: BpfObject,
  program: ObjectProgram,
  taken: ReadonlySet<string>,
): Map<number, string> {
  const view = new DataView(
    program.funcInfo.buffer,
    program.funcInfo.byteOffset,
    program.funcInfo.byteLength,
  );
  const little = object.endian === 'little';
  const names = new Map<number, string>();
  for (let at = 0; at + 8 <= program.funcInfo.length; at += 8) {
    const type = object.btf?.types[view.getUint32(at + 4, little)];
    if (type?.kind === 'func') names.set(view.getUint32(at, little), type.name);
  }
  names.set(0, program.name);
  const used = new Set(taken);
  for (const [slot, name] of names) {
    const unique = slot === 0 ? name : used.has(name) ? `${name}@${program.name}` : name;
    names.set(slot, unique);
    used.add(unique);
  }
  return names;
}

function typeName(map: ObjectMap): MapTypeName {
  const found = Object.keys(mapTable)
    .filter(isMapType)
    .find((name) => mapTable[name].id === map.type);
  if (found === undefined)
    throw new MalformedError(`map ${map.name} is of type ${map.type}, which is unknown`);
  return found;
}

export function declarationOf(map: ObjectMap): MapDecl {
  const { name, keySize, valueSize, maxEntries, flags } = map;
  return { name, type: typeName(map), keySize, valueSize, maxEntries, flags, pin: false };
}

/** Data sections; values of a kernel's configuration, of which there is none here, are zeros. */
const isData = (map: ObjectMap): boolean => map.content !== null || map.name === kconfigSection;

/** Refuses references to what the object does not have. */
function checkReferences({ maps, programs }: BpfObject): void {
  const declared = new Set(maps.filter((m) => !isData(m)).map((m) => m.name));
  const sections = new Set(maps.filter(isData).map((m) => m.name));
  for (const { name, refs } of programs)
    for (const ref of refs) {
      const known = ref.kind === 'map' ? declared : ref.kind === 'data' ? sections : null;
      if (known !== null && !known.has(ref.name))
        throw new MalformedError(`${name} refers to ${ref.name}, which the object does not have`);
    }
}

export function vmProgram(object: BpfObject): VmProgram {
  checkReferences(object);
  const files: string[] = [];
  const taken = new Set(object.programs.map((p) => p.name));
  const funcs = object.programs.flatMap((program) => {
    const diagnostics = new Diagnostics();
    const names = functionNames(object, program, taken);
    for (const name of names.values()) taken.add(name);
    const code = decode(
      numbered(program, object.endian === 'little'),
      { endian: object.endian, names, lines: positions(program, files) },
      diagnostics,
    );
    const [wrong] = diagnostics.list;
    if (code === null)
      throw new MalformedError(`${program.name}: ${wrong?.message ?? 'the code is unreadable'}`);
    return code.funcs.map((func) => withSymbols(func, program.refs));
  });
  const sections = object.maps.filter(isData).map(({ name, content, valueSize, readOnly }) => ({
    name,
    section: readOnly ? '.rodata' : name,
    size: valueSize,
    init: content ?? new Uint8Array(0),
  }));
  const declared = object.maps.filter((map) => !isData(map));
  return {
    funcs,
    endian: object.endian,
    module: { maps: declared.map(declarationOf), globals: sections },
    slots: Object.fromEntries(declared.filter((m) => m.values.size > 0).map((m) => [m.name, m.values])),
    files,
  };
}
