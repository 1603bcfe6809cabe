/**
 * Loads an eBPF object by bpf(2): types, maps, data sections, programs with function and line info, CO-RE against the
 * running kernel.
 *
 *     const loaded = loadObject(system, readBpfObject(bytes));
 *     loaded.programs.get('Count')    // { ok: true, fd: 7, … } or the refusal with its log
 *     loaded.close();
 *
 * This is the loader of what users load; plan.ts is the other, for machine code that is in no object. What both do is in
 * link.ts.
 *
 * Everything that was opened is closed by `close`, and at once when something other than a program is refused.
 */

import { availableParallelism } from 'node:os';
import { must } from '../base/assert.ts';
import { type MapRow, maps as mapTable } from '../bpf/maps.ts';
import { programRow } from '../bpf/programs.ts';
import type { BpfObject, ObjectProgram } from '../object/bpf-object.ts';
import { applyCore, resolveCore } from '../object/core.ts';
import { kconfigSection } from '../object/kconfig-read.ts';
import type { ObjectMap } from '../object/object-map-read.ts';
import type { ObjectStructOps } from '../object/struct-ops-read.ts';
import type { Attached } from './attach.ts';
import { hookId, hostBtf, kernelFunctionId } from './host-btf.ts';
import { kernelConfig } from './kconfig.ts';
import { attachTable, createTable, fillTable, type TablePlace, tablePlace } from './struct-ops.ts';
import { fillData, linkMap, programFlags } from './link.ts';
import { createMap, loadBtf, type MapSpec, update } from './map.ts';
import { type LoadResult, loadProgram } from './program.ts';
import { closeFd, KernelError, type System } from './system.ts';

export interface LoadedMap {
  readonly fd: number;
  readonly map: ObjectMap;
  readonly row: MapRow;
  /** As created: the number that the object leaves to the loader is in place. */
  readonly maxEntries: number;
}

/** Why a program was not even shown to the verifier. */
export interface NotLoadable {
  readonly ok: false;
  readonly errno: 0;
  readonly reason: string;
  readonly log: '';
}

export interface LoadedObject {
  readonly maps: ReadonlyMap<string, LoadedMap>;
  readonly programs: ReadonlyMap<string, LoadResult | NotLoadable>;
  /** Tables of functions; nothing of them is in the kernel before they are attached. */
  readonly tables: readonly LoadedTable[];
  readonly close: () => void;
}

export interface LoadedTable {
  readonly name: string;
  readonly attach: () => Attached;
}

export interface LoadOptions {
  /** First values of data sections, in place of the object's. */
  readonly contents?: ReadonlyMap<string, Uint8Array>;
  /** Only these programs. */
  readonly only?: readonly string[];
  readonly logLevel?: number;
}

/** BPF_PSEUDO_KFUNC_CALL. */
const pseudoKfunc = 2;
const pageSize = 4096;

export function mapRowOf(map: ObjectMap): MapRow {
  return must(
    Object.values(mapTable).find((row) => row.id === map.type),
    `map ${map.name} is of type ${map.type}, which is unknown`,
  );
}

/** What the object leaves open: a table has one entry per processor, a ring buffer at least a page. */
function entriesOf(map: ObjectMap, row: MapRow): number {
  if (map.maxEntries !== 0) return map.maxEntries;
  if (row.size === 'processors') return availableParallelism();
  if (row.size === 'bytes') return pageSize;
  return row.size === 'one' ? 1 : 0;
}

class Loading {
  private readonly system: System;
  private readonly object: BpfObject;
  private readonly options: LoadOptions;
  private readonly open: number[] = [];
  private readonly btfFd: number | null;
  private readonly programs = new Map<string, LoadResult | NotLoadable>();
  readonly maps = new Map<string, LoadedMap>();

  constructor(system: System, object: BpfObject, options: LoadOptions) {
    this.system = system;
    this.object = object;
    this.options = options;
    this.btfFd = object.btf === null ? null : this.keep(loadBtf(system, object.btf.bytes));
  }

  private keep(fd: number): number {
    this.open.push(fd);
    return fd;
  }

  readonly close = (): void => {
    for (const fd of this.open.splice(0)) closeFd(this.system, fd);
  };

  private spec(map: ObjectMap, row: MapRow, typed: boolean): MapSpec {
    const types =
      typed && this.btfFd !== null && row.btf !== 'refused' && (map.keyType !== 0 || map.valueType !== 0)
        ? { btf: { fd: this.btfFd, keyType: map.keyType, valueType: map.valueType } }
        : {};
    return {
      name: map.name.replace(/^\./, ''),
      type: map.type,
      keySize: map.keySize,
      valueSize: map.valueSize,
      maxEntries: entriesOf(map, row),
      flags: map.flags,
      ...types,
    };
  }

  private create(map: ObjectMap, row: MapRow): number {
    const inner = map.inner === null ? null : this.create(map.inner, mapRowOf(map.inner));
    const innerFd = inner === null ? {} : { innerFd: inner };
    try {
      return this.keep(createMap(this.system, { ...this.spec(map, row, true), ...innerFd }));
    } catch (error) {
      if (!(error instanceof KernelError) || row.btf === 'required') throw error;
      return this.keep(createMap(this.system, { ...this.spec(map, row, false), ...innerFd }));
    }
  }

  createMaps(): void {
    for (const map of this.object.maps) {
      const row = mapRowOf(map);
      const fd = this.create(map, row);
      this.maps.set(map.name, { fd, map, row, maxEntries: entriesOf(map, row) });
      const content = this.options.contents?.get(map.name) ?? map.content ?? this.configuration(map);
      if (content !== null) fillData(this.system, fd, content, map.readOnly);
    }
  }

  /** The values of the kernel's configuration; null for another map. */
  private configuration(map: ObjectMap): Uint8Array | null {
    if (map.name !== kconfigSection) return null;
    const content = new Uint8Array(map.valueSize);
    for (const { name, offset, size, weak } of this.object.config) {
      const value = kernelConfig(name);
      if (value === null && !weak) throw new Error(`this kernel's configuration has no ${name}`);
      for (let i = 0; i < size; i++) content[offset + i] = Number(((value ?? 0n) >> BigInt(8 * i)) & 0xffn);
    }
    return content;
  }

  private relocated(program: ObjectProgram): Uint8Array {
    const code = Uint8Array.from(program.code);
    const view = new DataView(code.buffer);
    for (const { slot, kind, name, offset } of program.refs) {
      if (kind !== 'kfunc') {
        const { fd } = must(this.maps.get(name), `no map ${name}`);
        linkMap(code, slot, fd, kind === 'data' ? offset : null);
        continue;
      }
      const at = slot * 8;
      code[at + 1] = ((code[at + 1] ?? 0) & 15) | (pseudoKfunc << 4);
      view.setInt32(at + 4, kernelFunctionId(name), true);
    }
    const { btf } = this.object;
    if (btf !== null)
      for (const relocation of program.core)
        applyCore(code, relocation.slot, relocation.kind, resolveCore(btf, hostBtf(), relocation), true);
    return code;
  }

  private load(program: ObjectProgram): LoadResult | NotLoadable {
    const refuse = (reason: string): NotLoadable => ({ ok: false, errno: 0, reason, log: '' });
    const point = programRow(program.section);
    if (point === null) return refuse(`no program type has the section ${program.section}`);
    const { row } = point;
    if (row.link === 'freplace') return refuse('it replaces a function of a program that is loaded already');
    let place: TablePlace = { attachBtfId: 0, expectedAttachType: row.attachId };
    let insns: Uint8Array;
    try {
      place =
        tablePlace(this.object.structOps, program.name) ??
        ({ ...place, attachBtfId: hookId(row, point.target) } satisfies TablePlace);
      insns = this.relocated(program);
    } catch (error) {
      if (error instanceof KernelError || !(error instanceof Error)) throw error;
      return refuse(error.message);
    }
    const { funcInfo, lineInfo } = program;
    const btf =
      this.btfFd === null || funcInfo.length === 0
        ? {}
        : { btf: { fd: this.btfFd, funcInfo, funcInfoSize: 8, lineInfo, lineInfoSize: 16 } };
    return loadProgram(this.system, {
      name: program.name,
      type: row.typeId,
      ...place,
      flags: programFlags(row),
      insns,
      license: this.object.license,
      ...btf,
      ...(this.options.logLevel === undefined ? {} : { logLevel: this.options.logLevel }),
    });
  }

  /** Tables of programs and of maps get what the object says they hold. */
  private fillTables(): void {
    for (const { fd, map } of this.maps.values())
      for (const [slot, name] of map.values) {
        const program = this.programs.get(name);
        const value = program?.ok === true ? program.fd : this.maps.get(name)?.fd;
        if (value === undefined) continue;
        const number = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);
        update(this.system, fd, number(slot), number(value));
      }
  }

  tables(): readonly LoadedTable[] {
    return this.object.structOps.map((table) => ({
      name: table.name,
      attach: () => this.attachTable(table),
    }));
  }

  private attachTable(table: ObjectStructOps): Attached {
    const fd = createTable(this.system, table, must(this.btfFd, 'tables have types'));
    this.keep(fd);
    fillTable(this.system, fd, table, (name) => {
      const program = this.programs.get(name);
      if (program?.ok !== true) throw new Error(`${table.name} needs ${name}, which is not loaded`);
      return program.fd;
    });
    return attachTable(this.system, fd, table);
  }

  loadPrograms(): LoadedObject['programs'] {
    for (const program of this.object.programs) {
      if (this.options.only !== undefined && !this.options.only.includes(program.name)) continue;
      const result = this.load(program);
      if (result.ok) this.keep(result.fd);
      this.programs.set(program.name, result);
    }
    this.fillTables();
    return this.programs;
  }
}

/** Loads everything; a refusal of a program is among the results, any other throws a KernelError. */
export function loadObject(system: System, object: BpfObject, options: LoadOptions = {}): LoadedObject {
  const loading = new Loading(system, object, options);
  try {
    loading.createMaps();
    const programs = loading.loadPrograms();
    return { maps: loading.maps, programs, tables: loading.tables(), close: loading.close };
  } catch (error) {
    loading.close();
    throw error;
  }
}
