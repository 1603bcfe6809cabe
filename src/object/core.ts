/**
 * CO-RE: what a relocation's access path means in another set of types, by names.
 *
 *     resolveCore(local, target, { type: 7, access: '0:2:1', kind: 'field-offset' })   → { value: 1336n, found: true }
 *
 * A type's flavour (`task_struct___old`) is left off its name. Field relocations follow names through anonymous
 * members; array indexes are kept. The rules are those of libbpf's documentation, in the order in which it tries them.
 */

import type { BtfMember, BtfType } from './btf.ts';
import { type Btf, sizeOfType, skipModifiers } from './btf-read.ts';
import { MalformedError } from './bytes.ts';

export interface CoreRequest {
  /** In the local types. */
  readonly type: number;
  readonly access: string;
  readonly kind: string;
}

/** `found` is false where the target has no such thing; the value is then 0. */
export interface CoreAnswer {
  readonly value: bigint;
  readonly found: boolean;
}

/** Byte offset and type of a field, with bits where it is a bit field. */
interface Field {
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly type: number;
}

const absent: CoreAnswer = { value: 0n, found: false };
const answer = (value: number | bigint): CoreAnswer => ({ value: BigInt(value), found: true });

const essential = (name: string): string => name.replace(/___.*$/, '');

const nameOf = (type: BtfType | null): string =>
  type !== null && 'name' in type ? essential(type.name) : '';

/** Ids of types by name, made once per set of types. */
const indexes = new WeakMap<Btf, ReadonlyMap<string, readonly number[]>>();

function indexOf(btf: Btf): ReadonlyMap<string, readonly number[]> {
  const known = indexes.get(btf);
  if (known !== undefined) return known;
  const index = new Map<string, number[]>();
  btf.types.forEach((type, id) => {
    const name = nameOf(type);
    if (name === '') return;
    const list = index.get(name);
    if (list === undefined) index.set(name, [id]);
    else list.push(id);
  });
  indexes.set(btf, index);
  return index;
}

/** The id of a named type of a kind; null if there is none. */
export function findType(btf: Btf, kind: BtfType['kind'], name: string): number | null {
  return (
    indexOf(btf)
      .get(name)
      ?.find((id) => btf.types[id]?.kind === kind) ?? null
  );
}

const sameKind = (a: BtfType['kind'], b: BtfType['kind']): boolean =>
  a === b || (a.startsWith('enum') && b.startsWith('enum'));

function candidates(local: BtfType, target: Btf): readonly number[] {
  return (indexOf(target).get(nameOf(local)) ?? []).filter((id) => {
    const type = target.types[id] ?? null;
    return type !== null && sameKind(type.kind, local.kind);
  });
}

/** A member by name, also inside of anonymous ones. */
function memberNamed(btf: Btf, struct: BtfType, name: string): Field | null {
  if (struct.kind !== 'struct' && struct.kind !== 'union') return null;
  for (const member of struct.members) {
    if (member.name === name) return member;
    const inner = member.name === '' ? skipModifiers(btf, member.type) : null;
    const found = inner === null ? null : memberNamed(btf, inner, name);
    if (found !== null) return { ...found, bitOffset: found.bitOffset + member.bitOffset };
  }
  return null;
}

/** The path as what it names: array indexes as numbers, members by name; anonymous members fall away. */
function spell(local: Btf, request: CoreRequest): readonly (string | number)[] {
  const [first = 0, ...rest] = request.access.split(':').map(Number);
  const out: (string | number)[] = [first];
  let id = request.type;
  for (const index of rest) {
    const type = skipModifiers(local, id);
    if (type?.kind === 'struct' || type?.kind === 'union') {
      const member: BtfMember | undefined = type.members[index];
      if (member === undefined) throw new MalformedError(`CO-RE path ${request.access} leaves its type`);
      if (member.name !== '') out.push(member.name);
      id = member.type;
    } else if (type?.kind === 'array') {
      out.push(index);
      id = type.element;
    } else throw new MalformedError(`CO-RE path ${request.access} goes into a ${type?.kind ?? 'void'}`);
  }
  return out;
}

/** Follows a spelled path in a set of types; null if it does not exist there. */
function follow(btf: Btf, start: number, path: readonly (string | number)[]): Field | null {
  const [first = 0, ...rest] = path;
  let field: Field = {
    type: start,
    bitOffset: Number(first) * sizeOfType(btf, start) * 8,
    bitSize: 0,
  };
  for (const step of rest) {
    const type = skipModifiers(btf, field.type);
    if (type === null) return null;
    if (typeof step === 'number') {
      if (type.kind !== 'array') return null;
      const bitOffset = field.bitOffset + step * sizeOfType(btf, type.element) * 8;
      field = { type: type.element, bitOffset, bitSize: 0 };
      continue;
    }
    const found = memberNamed(btf, type, step);
    if (found === null) return null;
    field = { ...found, bitOffset: found.bitOffset + field.bitOffset };
  }
  return field;
}

/** The aligned bytes around a bit field that a load of its type's size covers. */
function storage(btf: Btf, field: Field): { readonly offset: number; readonly size: number } {
  const size = sizeOfType(btf, field.type);
  if (field.bitSize === 0) return { offset: field.bitOffset / 8, size };
  let bytes = Math.max(1, size);
  let offset = Math.floor(field.bitOffset / 8 / bytes) * bytes;
  while (bytes < 8 && field.bitOffset + field.bitSize - offset * 8 > bytes * 8) {
    bytes *= 2;
    offset = Math.floor(field.bitOffset / 8 / bytes) * bytes;
  }
  if (field.bitOffset + field.bitSize > (offset + bytes) * 8)
    throw new MalformedError('a bit field that lies in more than 8 bytes cannot be read');
  return { offset, size: bytes };
}

function isSigned(btf: Btf, id: number): boolean {
  const type = skipModifiers(btf, id);
  if (type?.kind === 'int') return type.encoding === 'signed';
  return (type?.kind === 'enum' || type?.kind === 'enum64') && type.signed;
}

function fieldAnswer(btf: Btf, field: Field, kind: string): CoreAnswer {
  const { offset, size } = storage(btf, field);
  const bits = field.bitSize === 0 ? size * 8 : field.bitSize;
  switch (kind) {
    case 'field-offset':
      return answer(offset);
    case 'field-size':
      return answer(size);
    case 'field-exists':
      return answer(1);
    case 'field-signed':
      return answer(isSigned(btf, field.type) ? 1 : 0);
    case 'field-lshift':
      return answer(
        btf.endian === 'little'
          ? 64 - (field.bitOffset + bits - offset * 8)
          : (8 - size) * 8 + (field.bitOffset - offset * 8),
      );
    case 'field-rshift':
      return answer(64 - bits);
    default:
      throw new MalformedError(`CO-RE relocation ${kind} is unknown`);
  }
}

function enumAnswer(local: BtfType, request: CoreRequest, target: Btf): CoreAnswer {
  if (local.kind !== 'enum' && local.kind !== 'enum64') return absent;
  const name = essential(local.values[Number(request.access)]?.name ?? '');
  for (const id of candidates(local, target)) {
    const type = target.types[id];
    const found =
      type?.kind === 'enum' || type?.kind === 'enum64'
        ? type.values.find((v) => essential(v.name) === name)
        : undefined;
    if (found !== undefined) return answer(request.kind === 'enumval-exists' ? 1n : found.value);
  }
  return absent;
}

/** The value of a relocation in `target`, the kernel's types. */
export function resolveCore(local: Btf, target: Btf, request: CoreRequest): CoreAnswer {
  const type = local.types[request.type] ?? null;
  if (type === null) throw new MalformedError(`a CO-RE relocation names type ${request.type}`);
  if (request.kind === 'type-id-local') return answer(request.type);
  if (request.kind.startsWith('enumval')) return enumAnswer(type, request, target);
  const found = candidates(type, target);
  if (request.kind.startsWith('type-')) {
    const [id] = found;
    if (id === undefined) return absent;
    if (request.kind === 'type-id-target') return answer(id);
    return answer(request.kind === 'type-size' ? sizeOfType(target, id) : 1);
  }
  const path = spell(local, request);
  for (const id of found) {
    const field = follow(target, id, path);
    if (field !== null) return fieldAnswer(target, field, request.kind);
  }
  return absent;
}

/** Relocations to whose absence a program adapts: their value is then 0. */
const mayBeAbsent = ['field-exists', 'type-exists', 'type-size', 'type-matches', 'enumval-exists'];

/** `BPF_CALL` of a helper that there is not: what libbpf writes where a field does not exist. */
const poison = 195896080;

/**
 * Writes an answer into its instruction: an immediate, an offset, or both halves of a wide load. What does not exist
 * becomes an instruction that the verifier refuses if it is reached.
 */
export function applyCore(
  code: Uint8Array,
  slot: number,
  kind: string,
  { value, found }: CoreAnswer,
  little: boolean,
): void {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const at = slot * 8;
  const op = code[at] ?? 0;
  if (!found && !mayBeAbsent.includes(kind)) {
    for (let half = at; half < at + (op === 0x18 ? 16 : 8); half += 8) {
      code.fill(0, half, half + 8);
      code[half] = 0x85;
      view.setInt32(half + 4, poison, little);
    }
    return;
  }
  const isMemory = (op & 7) === 1 || (op & 7) === 2 || (op & 7) === 3;
  if (isMemory) view.setInt16(at + 2, Number(value), little);
  else view.setInt32(at + 4, Number(BigInt.asIntN(32, value)), little);
  if (op === 0x18) view.setInt32(at + 12, Number(BigInt.asIntN(32, value >> 32n)), little);
}
