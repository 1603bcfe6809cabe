/**
 * The ELF object: what libbpf, bpftool and cilium/ebpf load. Programs in sections of their attach kind, subprograms in
 * `.text`, BTF-defined maps in `.maps`, package variables in `.data`, `.rodata` and `.bss`, types in `.BTF`, function
 * and line info in `.BTF.ext`, the licence.
 *
 * Invariants that the loaders want (found by trying): code symbols are global functions with their exact size;
 * subprograms have BTF linkage static, so that the verifier checks them in their caller's context; references to data
 * go through the section's symbol with the offset in the instruction, which both loaders read alike; so do addresses
 * of functions, of which cilium/ebpf looks at the offset in the instruction alone.
 */

import type { TFunc, TProgram } from '../ast/typed.ts';
import type { NamedType } from '../ast/types.ts';
import { assert, must, unreachable } from '../base/assert.ts';
import { lineText, type Pos, type SourceFile } from '../base/source.ts';
import { assemble, type Assembled } from '../bpf/encode.ts';
import type { MFunc, PReg } from '../bpf/minst.ts';
import type { Machine, Target } from '../../passes/pass.ts';
import type { Global } from '../ir/ir.ts';
import { BtfBuilder, type BtfId } from '../object/btf.ts';
import {
  type CoreRelocation,
  encodeBtfExt,
  type ExtSection,
  isCoreKind,
  type LineInfo,
} from '../object/btf-ext.ts';
import {
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
  sectionFlags,
  writeElf,
} from '../object/elf.ts';
import { externSymbols } from './externs.ts';
import { layoutData } from './data-layout.ts';
import { GoBtf, identifier } from './go-btf.ts';
import { mapsSection } from './object-maps.ts';
import { structOpsSections } from './struct-ops.ts';

export interface ObjectInput {
  readonly machine: Machine<PReg>;
  /** Types of maps, variables and functions; null for code that came from text, which then has no types. */
  readonly program: TProgram | null;
  readonly files: readonly SourceFile[];
  readonly target: Target;
}

interface Code {
  readonly section: ElfSection;
  readonly symbols: readonly ElfSymbol[];
  readonly ext: ExtSection;
}

/** Where every package variable lies. */
interface Data {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  readonly place: ReadonlyMap<string, { readonly section: string; readonly offset: number }>;
}

const emptyData = { relocations: [] } as const;

/** Constant strings are no variables: the loader does not see them, and BTF has no type for them. */
const isString = (global: Global): boolean => global.name.startsWith('.str.');

function dataSections(globals: readonly Global[]): Data {
  const { sections, place } = layoutData(globals);
  const symbols = sections.flatMap(({ name, globals: list }) =>
    list.map(
      (g): ElfSymbol => ({
        name: isString(g) ? g.name : identifier(g.name),
        type: 'object',
        binding: isString(g) ? 'local' : 'global',
        section: name,
        value: must(place.get(g.name), g.name).offset,
        size: g.size,
      }),
    ),
  );
  const elf = sections.map(({ name, bytes, align }): ElfSection => {
    const flags = name === '.rodata' ? sectionFlags.alloc : sectionFlags.alloc | sectionFlags.write;
    return { ...emptyData, name, type: name === '.bss' ? 'nobits' : 'progbits', flags, align, data: bytes };
  });
  return { sections: elf, symbols, place };
}

/** Relocations of kernel types: the loader finds them in .BTF.ext. */
function coreRelocationsOf(
  code: Assembled,
  btf: GoBtf,
  types: ReadonlyMap<string, NamedType> | undefined,
): CoreRelocation[] {
  return code.relocs.flatMap(({ slot, sym }): CoreRelocation[] => {
    if (sym.kind !== 'core') return [];
    const [, name = '', access = '', kind = ''] = /^(.*)\/([^/]*)\/([^/]*)$/.exec(sym.name) ?? [];
    assert(isCoreKind(kind), `no relocation ${sym.name}`);
    const offset = slot * 8;
    if (!name.startsWith('enum:'))
      return [{ offset, type: btf.type(must(types?.get(name), `no type ${name}`)), access, kind }];
    // A member of an enum is named by its index in the local one, which has no other.
    const values = [{ name: access, value: 0n }];
    const local = { kind: 'enum', name: name.slice('enum:'.length), size: 4, signed: false, values } as const;
    return [{ offset, type: btf.builder.add(local), access: '0', kind }];
  });
}

const pseudoCall = 1;
const loadImm64 = 0x18;

/** An object calls a kernel function as one of its own that is defined elsewhere: what it is, the loader finds out. */
function callOfExtern(view: DataView, offset: number, little: boolean): void {
  view.setUint8(offset + 1, little ? pseudoCall << 4 : pseudoCall);
  view.setInt32(offset + 4, -1, little);
}

/** Relocations of assembled code; data references move into the instruction, see the invariants above. */
function relocationsOf(
  code: Assembled,
  data: Data,
  symbolOf: (func: string) => string,
  textOffset: (func: string) => number,
  little: boolean,
): ElfRelocation[] {
  const view = new DataView(code.bytes.buffer);
  return code.relocs.flatMap(({ slot, sym }): ElfRelocation | [] => {
    const offset = slot * 8;
    switch (sym.kind) {
      case 'core':
        return [];
      case 'func':
        if (code.bytes[offset] !== loadImm64) return { offset, type: 'call', symbol: symbolOf(sym.name) };
        view.setInt32(offset + 4, textOffset(sym.name), little);
        return { offset, type: 'ldImm64', symbol: '.text' };
      case 'map':
        return { offset, type: 'ldImm64', symbol: sym.name };
      case 'kfunc':
        callOfExtern(view, offset, little);
        return { offset, type: 'call', symbol: sym.name };
      case 'global': {
        const at = data.place.get(sym.name);
        if (at === undefined) return { offset, type: 'ldImm64', symbol: sym.name };
        view.setInt32(offset + 4, at.offset + sym.offset, little);
        view.setInt32(offset + 12, 0, little);
        return { offset, type: 'ldImm64', symbol: at.section };
      }
      case 'mapvalue':
      case 'string':
        return unreachable(`an object cannot refer to a ${sym.kind}`);
      default:
        return sym.kind satisfies never;
    }
  });
}

/** Line records of a function: one where the line or column changes, and one for its first instruction. */
function linesOf(
  func: MFunc<PReg>,
  code: Assembled,
  start: number,
  size: number,
  files: readonly SourceFile[],
): LineInfo[] {
  const out: LineInfo[] = [];
  let last: Pos | null = null;
  for (const { slot, pos } of code.lines) {
    if (slot < start || slot >= start + size) continue;
    const at: Pos | null = pos.line === 0 ? (last === null ? func.pos : null) : pos;
    if (
      at === null ||
      (last !== null && at.file === last.file && at.line === last.line && at.col === last.col)
    )
      continue;
    last = at;
    const file = files[at.file];
    out.push({
      offset: slot * 8,
      file: file?.name ?? '',
      text: file === undefined ? '' : lineText(file, at.line).trim(),
      line: at.line,
      col: at.col,
    });
  }
  return out;
}

class ObjectWriter {
  private readonly btf = new GoBtf(new BtfBuilder());
  private readonly names = new Map<string, string>();
  private readonly input: ObjectInput;
  private readonly data: Data;
  private text: Assembled | null = null;
  private readonly typed: ReadonlyMap<string, TFunc>;

  constructor(input: ObjectInput) {
    this.input = input;
    this.data = dataSections(input.machine.module.globals);
    this.typed = new Map([
      ...(input.program?.funcs ?? []).map((f) => [f.name, f] as const),
      ...(input.program?.entries ?? []).map((e) => [e.name, e.func] as const),
    ]);
    const used = new Set(input.machine.module.programs.map((p) => p.name));
    for (const f of input.machine.funcs) {
      let name = identifier(f.name);
      while (f.program === null && used.has(name)) name += '_';
      used.add(name);
      this.names.set(f.name, name);
    }
  }

  /** Where a function is in `.text`, in bytes. */
  private readonly textOffset = (func: string): number => {
    this.text ??= assemble(this.subprograms(), this.input.target.endian, 'object');
    return (
      must(
        this.text.funcs.find((f) => f.name === func),
        `no function ${func} in .text`,
      ).start * 8
    );
  };

  private subprograms(): readonly MFunc<PReg>[] {
    return this.input.machine.funcs.filter((func) => func.program === null);
  }

  private readonly symbolOf = (func: string): string => must(this.names.get(func), `no function ${func}`);

  private funcType(func: MFunc<PReg>): BtfId {
    const typed = this.typed.get(func.name);
    const u64 = this.btf.int('uint64');
    const params = Array.from({ length: func.params }, (_, i) => {
      const param = typed?.params[i];
      const isContext = func.program !== null && i === 0;
      const name = param === undefined || param.name === '_' ? `a${i}` : identifier(param.name);
      return { name: isContext ? 'ctx' : name, type: isContext ? this.btf.pointer(0) : u64 };
    });
    const result = func.program === null ? u64 : this.btf.int('int32');
    const proto = this.btf.builder.add({ kind: 'func-proto', result, params });
    const linkage = func.program === null ? 'static' : 'global';
    return this.btf.builder.add({ kind: 'func', name: this.symbolOf(func.name), type: proto, linkage });
  }

  /** One code section. */
  private code(section: string, funcs: readonly MFunc<PReg>[]): Code {
    const { target, files } = this.input;
    const code = assemble(funcs, target.endian, 'object');
    const little = target.endian === 'little';
    const relocations = relocationsOf(code, this.data, this.symbolOf, this.textOffset, little);
    const symbols = code.funcs.map(
      (f): ElfSymbol => ({
        name: this.symbolOf(f.name),
        type: 'func',
        binding: 'global',
        section,
        value: f.start * 8,
        size: f.slots * 8,
      }),
    );
    const ext: ExtSection = {
      section,
      funcs: funcs.map((f, i) => ({ offset: must(code.funcs[i], f.name).start * 8, type: this.funcType(f) })),
      lines: funcs.flatMap((f, i) => {
        const extent = must(code.funcs[i], f.name);
        return linesOf(f, code, extent.start, extent.slots, files);
      }),
      relocations: coreRelocationsOf(code, this.btf, this.input.machine.module.coreTypes),
    };
    const flags = sectionFlags.alloc | sectionFlags.exec;
    return {
      section: { name: section, type: 'progbits', flags, align: 8, data: code.bytes, relocations },
      symbols,
      ext,
    };
  }

  private codes(): Code[] {
    const { funcs, module } = this.input.machine;
    const bySection = new Map<string, MFunc<PReg>[]>();
    const add = (section: string, func: MFunc<PReg>): void =>
      void bySection.set(section, [...(bySection.get(section) ?? []), func]);
    for (const program of module.programs) {
      add(
        program.section,
        must(
          funcs.find((f) => f.name === program.name),
          `no function ${program.name}`,
        ),
      );
    }
    for (const func of this.subprograms()) add('.text', func);
    return [...bySection].map(([section, list]) => this.code(section, list));
  }

  private dataTypes(): void {
    const { module } = this.input.machine;
    for (const section of this.data.sections) {
      const vars = module.globals
        .filter((g) => g.section === section.name && !isString(g))
        .map((g) => {
          const typed = this.input.program?.globals.find((t) => t.name === g.name);
          const id = typed === undefined ? 0 : this.btf.type(typed.type);
          const type = this.btf.builder.add({
            kind: 'var',
            name: identifier(g.name),
            type: id === 0 ? this.btf.bytes(g.size) : id,
            linkage: 'global',
          });
          return { type, offset: must(this.data.place.get(g.name), g.name).offset, size: g.size };
        });
      if (vars.length > 0)
        this.btf.builder.add({ kind: 'datasec', name: section.name, size: section.data.length, vars });
    }
  }

  write(): Uint8Array {
    const { endian } = this.input.target;
    const codes = this.codes();
    const maps = mapsSection(this.btf, this.input.machine.module.maps, this.input.program);
    const tables = structOpsSections(this.btf, this.input.machine.module.maps, this.input.program, endian);
    this.dataTypes();
    const { funcs, module } = this.input.machine;
    const { program } = this.input;
    const externs = externSymbols({ btf: this.btf, funcs, globals: module.globals, program });
    const { strings } = this.btf.builder;
    const ext = encodeBtfExt(
      codes.map((c) => c.ext),
      strings,
      endian,
    );
    const plain = { ...emptyData, type: 'progbits', flags: 0, align: 8 } as const;
    const license = new TextEncoder().encode(`${this.input.machine.module.license}\0`);
    const sections: ElfSection[] = [
      ...codes.map((c) => c.section),
      ...(maps === null ? [] : [maps.section]),
      ...tables.map((t) => t.section),
      ...this.data.sections,
      { ...plain, name: 'license', flags: sectionFlags.alloc | sectionFlags.write, align: 1, data: license },
      { ...plain, name: '.BTF', data: this.btf.builder.encode(endian) },
      { ...plain, name: '.BTF.ext', data: ext },
    ];
    const symbols = [
      ...codes.flatMap((c) => c.symbols),
      ...(maps?.symbols ?? []),
      ...tables.flatMap((t) => t.symbols),
      ...this.data.symbols,
      ...externs,
    ];
    return writeElf(sections, symbols, endian);
  }
}

/** The bytes of the object file. */
export function emitObject(input: ObjectInput): Uint8Array {
  return new ObjectWriter(input).write();
}
