/**
 * What the kernel must be told to load a compiled module, as plain data: maps to create, programs with the slots that
 * take a map's descriptor. A plan survives JSON, so that another machine can carry it out.
 *
 *     const plan = planModule(machine, 'little');
 *     const loaded = loadPlan(system, plan);
 *     … loaded.programs.get('Count') …
 *     loaded.close();
 *
 * Package variables and strings of the data sections become array maps with one entry, named `.data`, `.bss`, `.rodata`.
 *
 * Beside object.ts, which loads ELF objects, because the code of the forms without sections (assembly, listing, bytes) is
 * other code: strings on the stack or as addresses, values of one-entry arrays addressed directly; no object can carry it.
 * The golden, random and benchmark programs are judged by it in that form, thousands a second, without writing types that
 * the kernel then reads. What needs types (maps of maps, locks, CO-RE, hooks by BTF) only an object has, and only object.ts
 * loads. Layout of data and linking are shared: src/emit/data-layout.ts, link.ts.
 */

import type { Machine } from '../../passes/pass.ts';
import { must, unreachable } from '../base/assert.ts';
import { assemble, type Endian, type Reloc, reachableFuncs } from '../bpf/encode.ts';
import { type MapRow, maps as mapTable } from '../bpf/maps.ts';
import type { PReg } from '../bpf/minst.ts';
import { programRow } from '../bpf/programs.ts';
import { layoutData, type Place } from '../emit/data-layout.ts';
import type { Global, Module } from '../ir/ir.ts';
import { command } from './command.ts';
import { kernelFunction } from './host-btf.ts';
import { kernelNeeded, type Version } from './needs.ts';
import { fillData, linkMap, programFlags } from './link.ts';
import { createMap, type MapSpec } from './map.ts';
import { functionTypes, funcInfoSize, hasCallbacks, type PlannedBtf } from './plan-btf.ts';
import { type LoadResult, loadProgram, type ProgramSpec } from './program.ts';
import { closeFd, succeed, type System } from './system.ts';

export interface PlannedMap extends MapSpec {
  readonly name: string;
  /** First value of a data section, in hexadecimal; null for a user's map. */
  readonly content: string | null;
  readonly readOnly: boolean;
}

/** The slot takes the map's descriptor; with `offset`, the address of that byte of its value. */
export interface Patch {
  readonly slot: number;
  readonly map: string;
  readonly offset: number | null;
}

/** The call's slot takes the id of the function in the running kernel's BTF. */
export interface KernelCall {
  readonly slot: number;
  readonly name: string;
}

export interface PlannedProgram {
  readonly name: string;
  readonly section: string;
  readonly type: number;
  readonly expectedAttachType: number;
  readonly flags: number;
  /** Instructions in hexadecimal. */
  readonly code: string;
  readonly patches: readonly Patch[];
  readonly kernelCalls: readonly KernelCall[];
  /** Types of the functions; null where the kernel does not ask for them. */
  readonly btf: PlannedBtf | null;
  /** Oldest kernel that has what it uses. */
  readonly needs: Version;
}

export interface LoadPlan {
  readonly license: string;
  readonly maps: readonly PlannedMap[];
  readonly programs: readonly PlannedProgram[];
}

const BPF_F_RDONLY_PROG = 1 << 7;
const BPF_F_MMAPABLE = 1 << 10;

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

interface Data {
  readonly maps: readonly PlannedMap[];
  /** Where a package variable or a string lies. */
  readonly global: (name: string) => Place;
  readonly string: (name: string) => Place;
}

/** No variable has such a name. */
const stringName = (name: string): string => `.str.${name}`;

/** A string, NUL-terminated, as a variable in .rodata. */
function stringGlobal(name: string, text: string): Global {
  const init = Uint8Array.from([...text].map((letter) => letter.charCodeAt(0)));
  return { name: stringName(name), section: '.rodata', size: text.length + 1, align: 1, init };
}

/** Data sections: variables in the order of their declaration, then the strings. */
function planData(module: Module): Data {
  const strings = [...module.strings].map(([name, text]) => stringGlobal(name, text));
  const { sections, place } = layoutData([...module.globals, ...strings]);
  const maps = sections.map(({ name, bytes }): PlannedMap => {
    const readOnly = name === '.rodata';
    return {
      name,
      type: mapTable.array.id,
      keySize: 4,
      valueSize: bytes.length,
      maxEntries: 1,
      flags: readOnly ? BPF_F_RDONLY_PROG : BPF_F_MMAPABLE,
      content: toHex(bytes),
      readOnly,
    };
  });
  return {
    maps,
    global: (name) => must(place.get(name), `no package variable ${name}`),
    string: (name) => must(place.get(stringName(name)), `no string ${name}`),
  };
}

function planPatch({ slot, sym }: Reloc, data: Data): Patch {
  switch (sym.kind) {
    case 'map':
      return { slot, map: sym.name, offset: null };
    case 'mapvalue':
      return { slot, map: sym.name, offset: sym.offset };
    case 'global':
    case 'string': {
      const place = sym.kind === 'global' ? data.global(sym.name) : data.string(sym.name);
      return { slot, map: place.section, offset: place.offset + sym.offset };
    }
    case 'kfunc':
    case 'func':
    case 'core':
      return unreachable(`${sym.kind} ${sym.name} is no map`);
    default:
      return sym.kind satisfies never;
  }
}

/** Everything that `machine` holds, for a kernel of this byte order. */
export function planModule(machine: Machine<PReg>, endian: Endian): LoadPlan {
  const { module } = machine;
  const data = planData(module);
  const rows: Readonly<Record<string, MapRow>> = mapTable;
  const maps = module.maps.map((map): PlannedMap => {
    const row = must(rows[map.type], `no map type ${map.type}`);
    const { name, keySize, valueSize, maxEntries } = map;
    return {
      name,
      type: row.id,
      keySize,
      valueSize,
      maxEntries,
      flags: map.flags | row.flags,
      content: null,
      readOnly: false,
    };
  });
  const programs = module.programs.map((program): PlannedProgram => {
    const { name, section } = program;
    const { row } = must(programRow(section), `no program type has the section ${section}`);
    const funcs = reachableFuncs(machine, name);
    const { bytes, relocs, funcs: extents } = assemble(funcs, endian);
    return {
      name,
      section,
      type: row.typeId,
      expectedAttachType: row.attachId,
      flags: programFlags(row),
      code: toHex(bytes),
      patches: relocs.filter(({ sym }) => sym.kind !== 'kfunc').map((reloc) => planPatch(reloc, data)),
      kernelCalls: relocs.flatMap(({ slot, sym }) =>
        sym.kind === 'kfunc' ? [{ slot, name: sym.name }] : [],
      ),
      btf: hasCallbacks(funcs) ? functionTypes(funcs, extents, endian, toHex) : null,
      needs: kernelNeeded(module, program, funcs),
    };
  });
  return { license: module.license, maps: [...maps, ...data.maps], programs };
}

/** Instructions with the descriptors of maps in their places. */
export function relocate(
  code: Uint8Array,
  patches: readonly Patch[],
  fd: (map: string) => number,
): Uint8Array {
  const patched = Uint8Array.from(code);
  for (const { slot, map, offset } of patches) linkMap(patched, slot, fd(map), offset);
  return patched;
}

/** Instructions with the ids of kernel functions in their places; 0, which the verifier names, when the kernel lacks one. */
function linkKernelCalls(code: Uint8Array, calls: readonly KernelCall[]): Uint8Array {
  const view = new DataView(code.buffer);
  for (const { slot, name } of calls) view.setInt32(slot * 8 + 4, kernelFunction(name) ?? 0, true);
  return code;
}

/** Hands the program's types to the kernel while `load` runs. */
function withBtf(
  system: System,
  btf: PlannedBtf | null,
  load: (btf: ProgramSpec['btf']) => LoadResult,
): LoadResult {
  if (btf === null) return load(undefined);
  const types = fromHex(btf.types);
  const { result } = command(system, 'BTF_LOAD', { btf: types, btf_size: types.length });
  const fd = succeed('BPF_BTF_LOAD', result);
  const lineInfo = new Uint8Array(0);
  try {
    return load({ fd, funcInfo: fromHex(btf.funcInfo), funcInfoSize, lineInfo, lineInfoSize: 16 });
  } finally {
    closeFd(system, fd);
  }
}

export interface Loaded {
  readonly maps: ReadonlyMap<string, number>;
  /** By name; a refusal is among them as it came. */
  readonly programs: ReadonlyMap<string, LoadResult>;
  readonly close: () => void;
}

export function loadMaps(system: System, maps: readonly PlannedMap[]): ReadonlyMap<string, number> {
  const fds = new Map<string, number>();
  try {
    for (const map of maps) {
      const fd = createMap(system, map);
      fds.set(map.name, fd);
      if (map.content !== null) fillData(system, fd, fromHex(map.content), map.readOnly);
    }
    return fds;
  } catch (error) {
    for (const fd of fds.values()) closeFd(system, fd);
    throw error;
  }
}

/** Creates the maps and asks the verifier about every program. */
export function loadPlan(system: System, plan: LoadPlan): Loaded {
  const maps = loadMaps(system, plan.maps);
  const programs = new Map<string, LoadResult>();
  for (const program of plan.programs) {
    const { name, type, expectedAttachType, flags } = program;
    const placed = relocate(fromHex(program.code), program.patches, (map) =>
      must(maps.get(map), `no map ${map}`),
    );
    const insns = linkKernelCalls(placed, program.kernelCalls);
    const spec = { name, type, expectedAttachType, flags, insns, license: plan.license };
    programs.set(
      name,
      withBtf(system, program.btf, (btf) => loadProgram(system, btf === undefined ? spec : { ...spec, btf })),
    );
  }
  return {
    maps,
    programs,
    close() {
      for (const loaded of programs.values()) if (loaded.ok) closeFd(system, loaded.fd);
      for (const fd of maps.values()) closeFd(system, fd);
    },
  };
}
