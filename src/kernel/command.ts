/**
 * bpf(2) by field names: one row per command, with the offset and size of each field of its part of union bpf_attr
 * (include/uapi/linux/bpf.h). Bytes and strings given for an 8-byte field go as a pointer, else they lie in place.
 *
 *     const { result, read } = command(system, 'MAP_LOOKUP_ELEM', { map_fd: 5, key, value });
 */

import { assert } from '../base/assert.ts';
import type { System } from './system.ts';

interface CommandRow {
  readonly number: number;
  /** [offset, size] in bytes. */
  readonly fields: Readonly<Record<string, readonly [number, number]>>;
}

const element = { map_fd: [0, 4], key: [8, 8], value: [16, 8], flags: [24, 8] } as const;

export const commands = {
  MAP_CREATE: {
    number: 0,
    fields: {
      map_type: [0, 4],
      key_size: [4, 4],
      value_size: [8, 4],
      max_entries: [12, 4],
      map_flags: [16, 4],
      inner_map_fd: [20, 4],
      map_name: [28, 16],
      btf_fd: [48, 4],
      btf_key_type_id: [52, 4],
      btf_value_type_id: [56, 4],
      btf_vmlinux_value_type_id: [60, 4],
      map_extra: [64, 8],
    },
  },
  MAP_LOOKUP_ELEM: { number: 1, fields: element },
  MAP_UPDATE_ELEM: { number: 2, fields: element },
  MAP_DELETE_ELEM: { number: 3, fields: element },
  MAP_GET_NEXT_KEY: { number: 4, fields: { map_fd: [0, 4], key: [8, 8], next_key: [16, 8] } },
  PROG_LOAD: {
    number: 5,
    fields: {
      prog_type: [0, 4],
      insn_cnt: [4, 4],
      insns: [8, 8],
      license: [16, 8],
      log_level: [24, 4],
      log_size: [28, 4],
      log_buf: [32, 8],
      kern_version: [40, 4],
      prog_flags: [44, 4],
      prog_name: [48, 16],
      expected_attach_type: [68, 4],
      prog_btf_fd: [72, 4],
      func_info_rec_size: [76, 4],
      func_info: [80, 8],
      func_info_cnt: [88, 4],
      line_info_rec_size: [92, 4],
      line_info: [96, 8],
      line_info_cnt: [104, 4],
      attach_btf_id: [108, 4],
      attach_fd: [112, 4],
      fd_array: [120, 8],
    },
  },
  OBJ_GET: { number: 7, fields: { pathname: [0, 8], bpf_fd: [8, 4], file_flags: [12, 4] } },
  OBJ_PIN: { number: 6, fields: { pathname: [0, 8], bpf_fd: [8, 4], file_flags: [12, 4] } },
  PROG_ATTACH: {
    number: 8,
    fields: { target_fd: [0, 4], attach_bpf_fd: [4, 4], attach_type: [8, 4], attach_flags: [12, 4] },
  },
  PROG_DETACH: { number: 9, fields: { target_fd: [0, 4], attach_bpf_fd: [4, 4], attach_type: [8, 4] } },
  PROG_TEST_RUN: {
    number: 10,
    fields: {
      prog_fd: [0, 4],
      retval: [4, 4],
      data_size_in: [8, 4],
      data_size_out: [12, 4],
      data_in: [16, 8],
      data_out: [24, 8],
      repeat: [32, 4],
      duration: [36, 4],
      ctx_size_in: [40, 4],
      ctx_size_out: [44, 4],
      ctx_in: [48, 8],
      ctx_out: [56, 8],
      flags: [64, 4],
      cpu: [68, 4],
    },
  },
  OBJ_GET_INFO_BY_FD: { number: 15, fields: { bpf_fd: [0, 4], info_len: [4, 4], info: [8, 8] } },
  RAW_TRACEPOINT_OPEN: { number: 17, fields: { name: [0, 8], prog_fd: [8, 4] } },
  BTF_LOAD: {
    number: 18,
    fields: { btf: [0, 8], log_buf: [8, 8], btf_size: [16, 4], log_size: [20, 4], log_level: [24, 4] },
  },
  MAP_FREEZE: { number: 22, fields: { map_fd: [0, 4] } },
  LINK_CREATE: {
    number: 28,
    fields: {
      prog_fd: [0, 4],
      /** A file descriptor or, for network devices, an interface index. */
      target: [4, 4],
      attach_type: [8, 4],
      flags: [12, 4],
      /** What follows depends on the attach type. */
      extra: [16, 48],
    },
  },
  ITER_CREATE: { number: 33, fields: { link_fd: [0, 4], flags: [4, 4] } },
} as const satisfies Record<string, CommandRow>;

export type Command = keyof typeof commands;
type Field<C extends Command> = Extract<keyof (typeof commands)[C]['fields'], string>;
export type FieldValue = number | bigint | Uint8Array | string;

export interface Outcome<C extends Command> {
  /** A file descriptor or 0, or -errno. */
  readonly result: number;
  /** A 4-byte field as the kernel left it. */
  readonly read: (field: Field<C>) => number;
}

/** The bytes at the start of an ArrayBuffer of their own, a view elsewhere being copied; a string gets its NUL. */
function pointee(value: Uint8Array | string): ArrayBuffer {
  if (typeof value === 'string') return pointee(new TextEncoder().encode(`${value}\0`));
  const whole = value.byteOffset === 0 && value.buffer.byteLength === value.byteLength;
  if (whole && value.buffer instanceof ArrayBuffer) return value.buffer;
  const copy = new ArrayBuffer(Math.max(1, value.byteLength));
  new Uint8Array(copy).set(value);
  return copy;
}

/**
 * Run one command; fields not named are zero. A pointer's bytes are passed without a copy when they fill their buffer
 * (`new Uint8Array(n)`), which is how a caller receives output; make output buffers that way. `alive`: buffers that the
 * values refer to by address.
 */
export function command<C extends Command>(
  system: System,
  name: C,
  values: Readonly<Partial<Record<Field<C>, FieldValue>>>,
  alive: readonly ArrayBuffer[] = [],
): Outcome<C> {
  const row: CommandRow = commands[name];
  const spans = Object.values(row.fields);
  const size = Math.max(...spans.map(([offset, length]) => (offset + length + 7) & ~7));
  const attributes = new ArrayBuffer(size);
  const view = new DataView(attributes);
  const held: ArrayBuffer[] = [...alive];
  const given: Readonly<Record<string, FieldValue | undefined>> = values;
  for (const [field, value] of Object.entries(given)) {
    const span = row.fields[field];
    assert(span !== undefined, `bpf(2) ${name} has no field ${field}`);
    if (value === undefined) continue;
    const [offset, length] = span;
    if (typeof value === 'number' || typeof value === 'bigint') {
      if (length === 8) view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), true);
      else view.setUint32(offset, Number(BigInt.asUintN(32, BigInt(value))), true);
    } else if (length === 8) {
      const buffer = pointee(value);
      held.push(buffer);
      view.setBigUint64(offset, system.address(buffer), true);
    } else {
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      new Uint8Array(attributes).set(bytes.subarray(0, length), offset);
    }
  }
  const result = system.call('bpf', [row.number, attributes, size], held);
  return {
    result,
    read(field) {
      const span = row.fields[field];
      assert(span !== undefined && span[1] === 4, `bpf(2) ${name} has no 4-byte field ${field}`);
      return view.getUint32(span[0], true);
    },
  };
}
