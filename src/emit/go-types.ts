/**
 * Go declarations of the program's own types, for programs that exchange values with the kernel.
 *
 *     type event struct { pid uint32; comm [16]byte; at uint64 }
 *
 *     type Event struct {            func (e Event) String() string { … }
 *     	Pid  uint32
 *     	Comm [16]byte
 *     	_    [4]byte
 *     	At   uint64
 *     }
 *
 * Invariant: the bytes of a value are those of the kernel: padding is spelled out and fields are exported, as
 * encoding/binary wants them; types of machine-dependent size become sized ones, named numbers plain ones.
 */

import type { NamedType, StructType, Type } from '../ast/types.ts';
import { sizeof, structLayout } from '../check/layout.ts';
import { typeString } from '../check/types.ts';
import { kernelStruct } from './go-btf.ts';
import { goString, indent } from './go-text.ts';
import type { Piece } from './goprogram.ts';

const sized: Readonly<Record<string, string>> = { int: 'int64', uint: 'uint64', uintptr: 'uint64' };

/** `event` → `Event`, `_x` → `X_x`. */
export function exported(name: string): string {
  const text = name.replace(/[^\p{L}\p{Nd}_]+$/gu, '').replace(/[^\p{L}\p{Nd}_]+/gu, '_');
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /^\p{Lu}/u.test(upper) ? upper : `X${upper}`;
}

/** A name that is not taken, which it is from then on. */
export function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}${n}`;
  taken.add(free);
  return free;
}

/** Lines of a struct's fields with types in one column, as gofmt has them. */
export function structLines(fields: readonly (readonly [name: string, type: string])[]): string[] {
  const width = Math.max(0, ...fields.map(([name]) => name.length)) + 1;
  return fields.map(([name, type]) => `\t${name.padEnd(width)}${type}`);
}

const isBytes = (type: Type): boolean =>
  type.kind === 'array' && type.elem.kind === 'basic' && type.elem.name === 'uint8';

const plain = (type: Type): Type => (type.kind === 'named' ? type.underlying : type);

interface Declared {
  readonly name: string;
  readonly lines: readonly string[];
  readonly imports: readonly string[];
}

export class GoTypes {
  private readonly names = new Map<string, string>();
  private readonly taken: Set<string>;
  private readonly declared: Declared[] = [];
  private texts = false;

  /** `reserved`: names that the program around the types uses. */
  constructor(reserved: readonly string[]) {
    this.taken = new Set(reserved);
  }

  /** How a type is written; structs are declared on the way. */
  type(type: Type, hint: string): string {
    switch (type.kind) {
      case 'basic':
        return sized[type.name] ?? type.name;
      case 'array':
        return isBytes(type) ? `[${type.length}]byte` : `[${type.length}]${this.type(type.elem, hint)}`;
      case 'named':
        return type.underlying.kind === 'struct'
          ? this.named(type, type.underlying)
          : this.type(type.underlying, type.name);
      case 'struct':
        return this.struct(`struct ${typeString(type)}`, hint, type);
      default:
        return `[${sizeof(type)}]byte`;
    }
  }

  private named(type: NamedType, struct: StructType): string {
    return this.struct(`${type.pkg}.${typeString(type)}`, typeString(type, type.pkg), struct);
  }

  private struct(key: string, name: string, type: StructType): string {
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const chosen = unique(exported(name), this.taken);
    this.names.set(key, chosen);
    this.declare(chosen, type);
    return chosen;
  }

  private declare(name: string, type: StructType): void {
    const layout = structLayout(type);
    const fields: (readonly [string, string])[] = [];
    const shown: (readonly [string, Type])[] = [];
    const taken = new Set<string>(['String']);
    let end = 0;
    const pad = (to: number): void => {
      if (to > end) fields.push(['_', `[${to - end}]byte`]);
    };
    type.fields.forEach((field, i) => {
      const offset = layout.offsets[i] ?? 0;
      const size = sizeof(field.type);
      // Locks, timers and the like are the kernel's own.
      const hidden = field.type.kind === 'named' && kernelStruct(field.type) !== null;
      if (hidden || field.name === '_') return;
      pad(offset);
      const fieldName = unique(exported(field.name), taken);
      fields.push([fieldName, this.type(field.type, `${name}${fieldName}`)]);
      shown.push([fieldName, field.type]);
      end = offset + size;
    });
    pad(layout.size);
    this.declared.push({
      name,
      lines: [`type ${name} struct {`, ...structLines(fields), '}', '', ...this.stringMethod(name, shown)],
      imports: shown.length > 0 ? ['fmt'] : [],
    });
  }

  private stringMethod(name: string, fields: readonly (readonly [string, Type])[]): string[] {
    const format = fields.map(([field]) => `${field}=%v`).join(' ');
    const values = fields.map(([field, type]) => this.shown(`v.${field}`, type));
    const result = fields.length === 0 ? '""' : `fmt.Sprintf(${goString(format)}, ${values.join(', ')})`;
    return [`func (v ${name}) String() string {`, `\treturn ${result}`, '}'];
  }

  /** An expression that prints well. */
  shown(value: string, type: Type): string {
    if (!isBytes(plain(type))) return value;
    this.texts = true;
    return `text(${value}[:])`;
  }

  /** The declarations, in the order in which they were asked for. */
  piece(): Piece | null {
    const lines = this.declared.flatMap((d, i) => [...(i > 0 ? [''] : []), ...d.lines]);
    const imports = this.declared.flatMap((d) => d.imports);
    if (this.texts) {
      if (lines.length > 0) lines.push('');
      lines.push(...textLines);
      imports.push('bytes', 'fmt', 'unicode/utf8');
    }
    return lines.length === 0 ? null : { lines, imports };
  }
}

const textLines = [
  '// text shows a NUL-padded text in quotes, other bytes in hexadecimal.',
  'func text(b []byte) string {',
  ...indent([
    'word := bytes.TrimRight(b, "\\x00")',
    'if len(word) > 0 && utf8.Valid(word) && !bytes.ContainsFunc(word, func(r rune) bool { return r < 32 }) {',
    '\treturn fmt.Sprintf("%q", word)',
    '}',
    'return fmt.Sprintf("%x", b)',
  ]),
  '}',
];
