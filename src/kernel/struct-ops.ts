/**
 * Tables of functions for the kernel: their maps, their programs' places in the kernel's struct, and how they take effect.
 *
 *     const map = createTable(system, table);                  // BPF_MAP_TYPE_STRUCT_OPS of the kernel's own type
 *     fillTable(system, map, table, programs);                 // the descriptors at the members' offsets: registered, or
 *     const attached = attachTable(system, map, table);        // with a link, from here on
 *     attached.close();
 *
 * Members are found by their names, as every loader does: the object's struct may be partial.
 */

import { must } from '../base/assert.ts';
import type { BtfType } from '../object/btf.ts';
import { sizeOfType, skipModifiers } from '../object/btf-read.ts';
import { findType } from '../object/core.ts';
import type { ObjectStructOps } from '../object/struct-ops-read.ts';
import { type Attached, createLink } from './attach.ts';
import { command } from './command.ts';
import { hostBtf } from './host-btf.ts';
import { remove, update } from './map.ts';
import { kernelName } from './program.ts';
import { closeFd, succeed, type System } from './system.ts';

const mapType = 26;
const linkFlag = 1 << 13;
/** BPF_STRUCT_OPS of enum bpf_attach_type. */
const attachType = 44;
const key = new Uint8Array(4);

type Struct = Extract<BtfType, { kind: 'struct' | 'union' }>;

interface KernelStruct {
  /** The struct's own id, which programs are loaded for. */
  readonly id: number;
  readonly struct: Struct;
  /** The struct with the kernel's book-keeping around it, which the map holds. */
  readonly valueId: number;
  readonly value: Struct;
  /** Where the struct is in it, in bytes. */
  readonly offset: number;
}

function structOf(name: string): { readonly id: number; readonly type: Struct } {
  const id = findType(hostBtf(), 'struct', name);
  const type = id === null ? null : hostBtf().types[id];
  if (id === null || type?.kind !== 'struct')
    throw new Error(`this kernel has no table of functions ${name}`);
  return { id, type };
}

function kernelStruct(name: string): KernelStruct {
  const own = structOf(name);
  const around = structOf(`bpf_struct_ops_${name}`);
  const member = around.type.members.find((m) => skipModifiers(hostBtf(), m.type) === own.type);
  const { bitOffset } = must(member, `bpf_struct_ops_${name} holds no ${name}`);
  return { id: own.id, struct: own.type, valueId: around.id, value: around.type, offset: bitOffset / 8 };
}

export interface TablePlace {
  /** BTF id of the struct, and index of the member in it: what a program is loaded for. */
  readonly attachBtfId: number;
  readonly expectedAttachType: number;
}

/** Where a program stands in one of the object's tables; null: in none. */
export function tablePlace(tables: readonly ObjectStructOps[], program: string): TablePlace | null {
  for (const { struct: name, members } of tables) {
    const member = members.find((m) => m.program === program);
    if (member === undefined) continue;
    const { id, struct } = kernelStruct(name);
    const index = struct.members.findIndex((m) => m.name === member.name);
    if (index < 0) throw new Error(`this kernel's ${name} has no ${member.name}`);
    return { attachBtfId: id, expectedAttachType: index };
  }
  return null;
}

/** The table's map; the caller closes it. `btfFd`: the object's types. */
export function createTable(system: System, table: ObjectStructOps, btfFd: number): number {
  const { valueId, value } = kernelStruct(table.struct);
  const { result } = command(system, 'MAP_CREATE', {
    map_type: mapType,
    key_size: key.length,
    value_size: value.size,
    max_entries: 1,
    map_flags: table.link ? linkFlag : 0,
    map_name: kernelName(table.name),
    btf_fd: btfFd,
    btf_vmlinux_value_type_id: valueId,
  });
  return succeed(`BPF_MAP_CREATE of ${table.name}`, result);
}

/** Gives the map its value: without a link, the kernel has registered it then. */
export function fillTable(
  system: System,
  mapFd: number,
  table: ObjectStructOps,
  programFd: (name: string) => number,
): void {
  const { struct, value, offset } = kernelStruct(table.struct);
  const bytes = new Uint8Array(value.size);
  for (const { name, data, program } of table.members) {
    const member = struct.members.find((m) => m.name === name);
    if (member === undefined) {
      if (program !== null || data.some((b) => b !== 0))
        throw new Error(`this kernel's ${table.struct} has no ${name}`);
      continue;
    }
    const at = offset + member.bitOffset / 8;
    if (program !== null) new DataView(bytes.buffer).setBigUint64(at, BigInt(programFd(program)), true);
    else bytes.set(data.subarray(0, sizeOfType(hostBtf(), member.type)), at);
  }
  update(system, mapFd, key, bytes);
}

/** The table in effect until it is closed. */
export function attachTable(system: System, mapFd: number, table: ObjectStructOps): Attached {
  if (!table.link) return { fds: [], close: () => void remove(system, mapFd, key) };
  const fd = succeed(`BPF_LINK_CREATE of ${table.name}`, createLink(system, mapFd, 0, attachType, 0));
  return { fds: [fd], close: () => closeFd(system, fd) };
}
