/**
 * An object as text, as this compiler's own readers see it: sections, symbols, relocations, types, function and line
 * information. For golden files and for eyes.
 *
 *     section xdp progbits AX 24 bytes
 *       relocation 0 ldImm64 hits
 *     symbol func global xdp+0 24 Count
 *     type 3 struct Key size 8 { PID: 4 @0, Kind: 5 @32 }
 *     line xdp+0 hits.go:9:2 hits.Update(0, 1, bpf.Any)
 */

import type { BtfType } from './btf.ts';
import { readBtf } from './btf-read.ts';
import { type BtfExt, readBtfExt } from './btf-ext-read.ts';
import { relocationTypes, sectionFlags, sectionTypes } from './elf.ts';
import { type ElfObject, type ReadSection, type ReadSymbol, readElf } from './elf-read.ts';

const symbolTypes = ['notype', 'object', 'func', 'section'] as const;
const bindings = ['local', 'global', 'weak'] as const;

function nameIn(table: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(table).find(([, number]) => number === value)?.[0] ?? String(value);
}

function sectionText(s: ReadSection): string[] {
  const flags = [
    s.flags & sectionFlags.write ? 'W' : '',
    s.flags & sectionFlags.alloc ? 'A' : '',
    s.flags & sectionFlags.exec ? 'X' : '',
  ].join('');
  const head = ['section', s.name, nameIn(sectionTypes, s.type), flags, `${s.size} bytes`];
  const relocations = s.relocations.map(
    (r) => `  relocation ${r.offset} ${nameIn(relocationTypes, r.type)} ${r.symbol.name}`,
  );
  return [head.filter((word) => word !== '').join(' '), ...relocations];
}

function symbolText(s: ReadSymbol, object: ElfObject): string {
  const place = s.section === 0 ? 'undefined' : `${object.sections[s.section]?.name}+${s.value}`;
  return `symbol ${symbolTypes[s.type] ?? s.type} ${bindings[s.binding] ?? s.binding} ${place} ${s.size} ${s.name}`;
}

/** What follows the type's kind. */
function bodyText(t: BtfType): string {
  switch (t.kind) {
    case 'int':
      return `${t.name} size ${t.size} ${t.encoding}`;
    case 'array':
      return `${t.element} × ${t.count}`;
    case 'struct':
    case 'union': {
      const members = t.members.map((m) => {
        const bits = m.bitSize === 0 ? '' : `:${m.bitSize}`;
        return `${m.name}: ${m.type} @${m.bitOffset}${bits}`;
      });
      return `${t.name === '' ? '(anonymous)' : t.name} size ${t.size} { ${members.join(', ')} }`;
    }
    case 'enum':
    case 'enum64':
      return `${t.name} size ${t.size} { ${t.values.map((v) => `${v.name} = ${v.value}`).join(', ')} }`;
    case 'fwd':
      return `${t.union ? 'union' : 'struct'} ${t.name}`;
    case 'func-proto':
      return `(${t.params.map((p) => `${p.name}: ${p.type}`).join(', ')}) ${t.result}`;
    case 'func':
    case 'var':
      return `${t.name}: ${t.type} ${t.linkage}`;
    case 'datasec':
      return `${t.name} size ${t.size} { ${t.vars.map((v) => `${v.type} @${v.offset} ${v.size}`).join(', ')} }`;
    case 'float':
      return `${t.name} size ${t.size}`;
    case 'typedef':
    case 'type-tag':
      return `${t.name}: ${t.type}`;
    case 'decl-tag':
      return `${t.name}: ${t.type} of ${t.component}`;
    case 'ptr':
    case 'volatile':
    case 'const':
    case 'restrict':
      return String(t.type);
    default:
      return t satisfies never;
  }
}

function extText(ext: BtfExt): string[] {
  return [
    ...ext.funcs.map((f) => `func ${f.section}+${f.offset} type ${f.type}`),
    ...ext.lines.map((l) => `line ${l.section}+${l.offset} ${l.file}:${l.line}:${l.col} ${l.text}`),
    ...ext.relocations.map((r) => `core ${r.section}+${r.offset} ${r.kind} type ${r.type} at ${r.access}`),
  ];
}

/** The text. Throws MalformedError for what is no object. */
export function describeObject(file: Uint8Array): string {
  const object = readElf(file);
  const dataOf = (name: string): Uint8Array | undefined => object.sections.find((s) => s.name === name)?.data;
  const [btf, ext] = [dataOf('.BTF'), dataOf('.BTF.ext')];
  const types = btf === undefined ? [] : readBtf(btf).types;
  const lines = [
    `object ${object.endian} endian`,
    ...object.sections.slice(1).flatMap(sectionText),
    ...object.symbols.slice(1).map((s) => symbolText(s, object)),
    ...types.flatMap((t, id) => (t === null ? [] : [`type ${id} ${t.kind} ${bodyText(t)}`])),
    ...(btf === undefined || ext === undefined ? [] : extText(readBtfExt(ext, btf))),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
