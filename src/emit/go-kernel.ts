/**
 * Partial kernel structs in Go, from the kernel's own types: what `bpfc gen kernel` writes.
 *
 *     kernelStructs(btf, ['task_struct.real_parent.tgid', 'task_struct.comm'], 'kernel')
 *
 *     //bpf:core task_struct
 *     type TaskStruct struct {
 *         RealParent *TaskStruct `btf:"real_parent"`
 *         Tgid       int32       `btf:"tgid"`
 *         Comm       [16]uint8   `btf:"comm"`
 *     }
 *
 * A path names fields, through pointers and structs; a struct alone stands for all of its fields that Go can hold:
 * numbers, pointers, arrays of numbers. Where they lie is the loader's matter, so that their order says nothing.
 */

import { suggest } from '../base/suggest.ts';
import type { BtfMember, BtfType } from '../object/btf.ts';
import { type Btf, skipModifiers } from '../object/btf-read.ts';

/** What is asked for and not there. */
export class NoSuchType extends Error {
  override readonly name = 'NoSuchType';
}

type Struct = Extract<BtfType, { kind: 'struct' | 'union' }>;

interface Field {
  readonly member: BtfMember;
  /** Go's type; null: Go has none. */
  readonly type: string | null;
}

/** Typedefs of numbers in network order. */
const networkOrder: Readonly<Record<string, string>> = {
  __be16: 'bpf.Be16',
  __be32: 'bpf.Be32',
  __be64: 'bpf.Be64',
};

const goName = (name: string): string => {
  const joined = name
    .split(/_+/)
    .filter((part) => part !== '')
    .map((part) => `${part[0]?.toUpperCase()}${part.slice(1)}`)
    .join('');
  return /^[A-Za-z]/.test(joined) ? joined : `X${joined}`;
};

class Generator {
  private readonly btf: Btf;
  private readonly ids: ReadonlyMap<string, Struct>;
  /** Fields by struct, in the order in which they were asked for; null: all. */
  private readonly wanted = new Map<string, Set<string> | null>();

  constructor(btf: Btf) {
    this.btf = btf;
    const named = btf.types.flatMap((t): readonly [string, Struct][] =>
      t !== null && (t.kind === 'struct' || t.kind === 'union') && t.name !== '' ? [[t.name, t]] : [],
    );
    this.ids = new Map(named.reverse());
  }

  private struct(name: string): Struct {
    const found = this.ids.get(name);
    if (found !== undefined) return found;
    const near = suggest(name, this.ids.keys());
    throw new NoSuchType(`there is no struct ${name}${near === null ? '' : `; did you mean ${near}?`}`);
  }

  /** Members by name, those of unnamed structs and unions among them. */
  private members(struct: Struct): readonly BtfMember[] {
    return struct.members.flatMap((member) => {
      const type = skipModifiers(this.btf, member.type);
      const inside = member.name === '' && (type?.kind === 'struct' || type?.kind === 'union');
      return inside ? this.members(type) : [member];
    });
  }

  private member(struct: Struct, name: string): BtfMember {
    const list = this.members(struct);
    const found = list.find((m) => m.name === name);
    if (found !== undefined) return found;
    const near = suggest(
      name,
      list.map((m) => m.name),
    );
    throw new NoSuchType(
      `${struct.name} has no field ${name}${near === null ? '' : `; did you mean ${near}?`}`,
    );
  }

  /** The named struct that a member holds or points to. */
  private behind(member: BtfMember): Struct | null {
    const type = skipModifiers(this.btf, member.type);
    const target = type?.kind === 'ptr' ? skipModifiers(this.btf, type.type) : type;
    return (target?.kind === 'struct' || target?.kind === 'union') && target.name !== '' ? target : null;
  }

  want(path: string): void {
    const [name = '', ...fields] = path.split('.');
    let struct = this.struct(name);
    if (fields.length === 0) this.wanted.set(name, null);
    for (const [i, field] of fields.entries()) {
      const member = this.member(struct, field);
      const known = this.wanted.get(struct.name);
      if (known !== null) this.wanted.set(struct.name, (known ?? new Set()).add(field));
      const next = this.behind(member);
      if (i === fields.length - 1) {
        if (next !== null && this.number(member.type) === null && !this.wanted.has(next.name))
          this.wanted.set(next.name, skipModifiers(this.btf, member.type)?.kind === 'ptr' ? new Set() : null);
      } else if (next === null) throw new NoSuchType(`${struct.name}.${field} holds no struct`);
      else struct = next;
    }
  }

  private typedefOf(id: number): string | null {
    const type = this.btf.types[id] ?? null;
    if (type?.kind === 'typedef') return networkOrder[type.name] ?? this.typedefOf(type.type);
    return type?.kind === 'const' || type?.kind === 'volatile' ? this.typedefOf(type.type) : null;
  }

  /** Go's type of a number, an array of numbers, or a pointer to what is no named struct of ours; null for others. */
  private number(id: number): string | null {
    const type = skipModifiers(this.btf, id);
    switch (type?.kind) {
      case 'int':
        if (type.encoding === 'bool') return 'bool';
        if (![1, 2, 4, 8].includes(type.size)) return null;
        return (
          this.typedefOf(id) ??
          `${type.encoding === 'signed' && !this.isChar(type) ? 'int' : 'uint'}${type.size * 8}`
        );
      case 'enum':
      case 'enum64':
        return `${type.signed ? 'int' : 'uint'}${type.size * 8}`;
      case 'array': {
        const element = this.number(type.element);
        return element === null || type.count === 0 ? null : `[${type.count}]${element}`;
      }
      default:
        return null;
    }
  }

  private isChar(type: Extract<BtfType, { kind: 'int' }>): boolean {
    return type.name === 'char';
  }

  private goType(member: BtfMember): string | null {
    if (member.bitSize !== 0) return null;
    const number = this.number(member.type);
    if (number !== null) return number;
    const target = this.behind(member);
    const known = target !== null && this.wanted.has(target.name) ? goName(target.name) : null;
    if (skipModifiers(this.btf, member.type)?.kind === 'ptr') return known === null ? 'uintptr' : `*${known}`;
    return known;
  }

  private fields(struct: Struct): readonly Field[] {
    const chosen = this.wanted.get(struct.name) ?? null;
    const list = this.members(struct).filter((m) => m.name !== '');
    const kept = chosen === null ? list : [...chosen].map((name) => this.member(struct, name));
    return kept.map((member) => ({ member, type: this.goType(member) }));
  }

  private declaration(name: string): string {
    const struct = this.struct(name);
    const fields = this.fields(struct).filter((field) => field.type !== null);
    const names = fields.map(({ member }) => goName(member.name));
    const unique = names.map((n, i) => (names.indexOf(n) === i ? n : `${n}${i}`));
    const widest = (list: readonly string[]): number => Math.max(0, ...list.map((text) => text.length));
    const [nameWidth, typeWidth] = [widest(unique), widest(fields.map((f) => f.type ?? ''))];
    const lines = fields.map(
      ({ member, type }, i) =>
        `\t${(unique[i] ?? '').padEnd(nameWidth)} ${(type ?? '').padEnd(typeWidth)} \`btf:"${member.name}"\`\n`,
    );
    const body = lines.length === 0 ? 'struct{}' : `struct {\n${lines.join('')}}`;
    return `// ${goName(name)} is what is read of the kernel's ${struct.kind} ${name}.\n//\n//bpf:core ${name}\ntype ${goName(name)} ${body}\n`;
  }

  text(goPackage: string): string {
    const declarations = [...this.wanted.keys()].map((name) => this.declaration(name));
    const imports = declarations.some((text) => text.includes('bpf.Be')) ? 'import "bpfc/sdk/bpf"\n\n' : '';
    const head = `// Package ${goPackage} describes what is read of the kernel: partial structs, whose offsets the loader finds in the\n// running kernel's types.\npackage ${goPackage}\n\n`;
    return `${head}${imports}${declarations.join('\n')}`;
  }
}

/** The file's text; `paths` are `NAME` or `NAME.FIELD.FIELD`. What is not there is a `NoSuchType`. */
export function kernelStructs(btf: Btf, paths: readonly string[], goPackage: string): string {
  const generator = new Generator(btf);
  for (const path of paths) generator.want(path);
  return generator.text(goPackage);
}
