/**
 * An eBPF object as a loader wants it: maps with their sizes and types, data sections as maps of one value, and
 * programs with the functions they call appended, every reference resolved to a slot.
 *
 *     const object = readBpfObject(bytes);
 *     object.programs[0]    // { name: 'Count', section: 'xdp', code, refs: [{ slot: 4, kind: 'map', name: 'hits' }], … }
 *
 * Reads what bpfc and clang write. Malformed files, and references to what only a running kernel could tell
 * (`extern` variables), are `MalformedError`s that name the culprit.
 */

import { type BtfExtRaw, readBtfExtRaw, type ReadLine } from './btf-ext-read.ts';
import { patchDataSections } from './btf-patch.ts';
import { type Btf, readBtf } from './btf-read.ts';
import { ByteWriter, MalformedError } from './bytes.ts';
import { sectionFlags, sectionTypes } from './elf.ts';
import { type ElfObject, isElf, type ReadSection, type ReadSymbol, readElf } from './elf-read.ts';
import { type ObjectStructOps, structOpsTables } from './struct-ops-read.ts';
import { type ConfigValue, configMaps, configValues, kconfigSection } from './kconfig-read.ts';
import { dataMaps, declaredMaps, type ObjectMap } from './object-map-read.ts';

/** What a loader writes into a 16-byte load: a map's descriptor, or the address of a byte in a data section's map. */
export interface ObjectRef {
  readonly slot: number;
  readonly kind: 'map' | 'data' | 'kfunc';
  readonly name: string;
  /** Byte in the data section. */
  readonly offset: number;
}

export interface ObjectCore {
  readonly slot: number;
  readonly type: number;
  readonly access: string;
  readonly kind: string;
}

export interface ObjectLine extends Omit<ReadLine, 'section' | 'offset'> {
  readonly slot: number;
}

export interface ObjectProgram {
  readonly name: string;
  readonly section: string;
  readonly code: Uint8Array;
  readonly refs: readonly ObjectRef[];
  readonly core: readonly ObjectCore[];
  /** Records of struct bpf_func_info (8 bytes) and bpf_line_info (16); empty without BTF. */
  readonly funcInfo: Uint8Array;
  readonly lineInfo: Uint8Array;
  readonly lines: readonly ObjectLine[];
}

export interface BpfObject {
  readonly endian: 'little' | 'big';
  readonly license: string;
  readonly maps: readonly ObjectMap[];
  readonly programs: readonly ObjectProgram[];
  readonly structOps: readonly ObjectStructOps[];
  /** What the loader finds in the kernel's configuration. */
  readonly config: readonly ConfigValue[];
  /** null when the object has no types. `bytes` are as the kernel takes them. */
  readonly btf: (Btf & { readonly bytes: Uint8Array }) | null;
}

/** A function of a code section, in bytes. */
interface CodeFunc {
  readonly section: ReadSection;
  readonly name: string;
  readonly start: number;
  readonly size: number;
}

const opcode = { ldImm64: 0x18, call: 0x85 } as const;
const source = { pseudoFunc: 4, pseudoCall: 1, pseudoKfunc: 2 } as const;

const isCode = (s: ReadSection): boolean =>
  s.type === sectionTypes.progbits && (s.flags & sectionFlags.exec) !== 0 && s.data.length > 0;

class Reader {
  private readonly elf: ElfObject;
  private readonly little: boolean;
  private readonly funcs: readonly CodeFunc[];
  private readonly ext: BtfExtRaw | null;
  private readonly config: readonly ConfigValue[];

  constructor(elf: ElfObject, ext: BtfExtRaw | null, config: readonly ConfigValue[]) {
    this.config = config;
    this.elf = elf;
    this.little = elf.endian === 'little';
    this.ext = ext;
    this.funcs = elf.sections.filter(isCode).flatMap((section) => this.functionsOf(section));
  }

  private functionsOf(section: ReadSection): CodeFunc[] {
    const symbols = this.elf.symbols
      .filter((s) => s.section === section.index && s.type === 2)
      .sort((a, b) => a.value - b.value);
    return symbols.map((s, i) => ({
      section,
      name: s.name,
      start: s.value,
      size: s.size > 0 ? s.size : (symbols[i + 1]?.value ?? section.data.length) - s.value,
    }));
  }

  private funcAt(section: number, offset: number): CodeFunc {
    const found = this.funcs.find((f) => f.section.index === section && f.start === offset);
    const name = this.elf.sections[section]?.name ?? String(section);
    if (found === undefined) throw new MalformedError(`no function at offset ${offset} of section ${name}`);
    return found;
  }

  private relocationAt(func: CodeFunc, offset: number): ReadSymbol | null {
    return func.section.relocations.find((r) => r.offset === offset)?.symbol ?? null;
  }

  /** The function that an instruction calls or takes the address of; null for other instructions. */
  private callee(func: CodeFunc, offset: number): CodeFunc | null {
    const { data, index } = func.section;
    const immediate = this.view(data).getInt32(offset + 4, this.little);
    const symbol = this.relocationAt(func, offset);
    if (data[offset] === opcode.call) {
      if (symbol !== null && symbol.section === 0) return null;
      if (symbol !== null) {
        const target = symbol.value + (immediate + 1) * 8;
        return this.funcAt(symbol.section, target);
      }
      return this.sourceOf(data, offset) === source.pseudoCall
        ? this.funcAt(index, offset + 8 + immediate * 8)
        : null;
    }
    if (data[offset] !== opcode.ldImm64 || symbol === null) return null;
    const target = this.elf.sections[symbol.section];
    return target !== undefined && isCode(target)
      ? this.funcAt(symbol.section, symbol.value + (symbol.type === 3 ? immediate : 0))
      : null;
  }

  private view(data: Uint8Array): DataView {
    return new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  private sourceOf(data: Uint8Array, offset: number): number {
    const registers = data[offset + 1] ?? 0;
    return this.little ? registers >> 4 : registers & 15;
  }

  private setSource(code: Uint8Array, offset: number, value: number): void {
    const registers = code[offset + 1] ?? 0;
    code[offset + 1] = this.little ? (registers & 15) | (value << 4) : (registers & 0xf0) | value;
  }

  /** Byte offsets of a function's instructions in its section. */
  private *instructions(func: CodeFunc): Generator<number> {
    const end = func.start + func.size;
    for (let at = func.start; at < end; at += func.section.data[at] === opcode.ldImm64 ? 16 : 8) yield at;
  }

  /** The main function and what it reaches, in the order of first mention. */
  private reached(main: CodeFunc): CodeFunc[] {
    const order = [main];
    for (const func of order)
      for (const at of this.instructions(func)) {
        const callee = this.callee(func, at);
        if (callee !== null && !order.includes(callee)) order.push(callee);
      }
    return order;
  }

  private refAt(func: CodeFunc, at: number, slot: number): ObjectRef | null {
    const symbol = this.relocationAt(func, at);
    if (symbol === null) return null;
    if (symbol.section === 0) {
      if (func.section.data[at] === opcode.call) return { slot, kind: 'kfunc', name: symbol.name, offset: 0 };
      const value = this.config.find((v) => v.name === symbol.name);
      if (value !== undefined) return { slot, kind: 'data', name: kconfigSection, offset: value.offset };
      throw new MalformedError(`${func.name} uses extern ${symbol.name}, which only libbpf resolves`);
    }
    const target = this.elf.sections[symbol.section];
    if (target === undefined) throw new MalformedError(`${symbol.name} lies in no section`);
    if (target.name === '.maps') return { slot, kind: 'map', name: symbol.name, offset: 0 };
    const addend = this.view(func.section.data).getInt32(at + 4, this.little);
    return { slot, kind: 'data', name: target.name, offset: symbol.value + addend };
  }

  private link(main: CodeFunc): ObjectProgram {
    const order = this.reached(main);
    const starts = new Map<CodeFunc, number>();
    let size = 0;
    for (const func of order) {
      starts.set(func, size);
      size += func.size;
    }
    const code = new Uint8Array(size);
    const view = this.view(code);
    const refs: ObjectRef[] = [];
    for (const func of order) {
      const base = starts.get(func) ?? 0;
      code.set(func.section.data.subarray(func.start, func.start + func.size), base);
      for (const at of this.instructions(func)) {
        const offset = base + at - func.start;
        const callee = this.callee(func, at);
        if (callee !== null) {
          const isCall = code[offset] === opcode.call;
          this.setSource(code, offset, isCall ? source.pseudoCall : source.pseudoFunc);
          view.setInt32(offset + 4, ((starts.get(callee) ?? 0) - offset) / 8 - 1, this.little);
          continue;
        }
        const ref = this.refAt(func, at, offset / 8);
        if (ref !== null) refs.push(ref);
      }
    }
    return { name: main.name, section: main.section.name, code, refs, ...this.info(order, starts) };
  }

  private info(
    order: readonly CodeFunc[],
    starts: ReadonlyMap<CodeFunc, number>,
  ): Pick<ObjectProgram, 'funcInfo' | 'lineInfo' | 'lines' | 'core'> {
    const funcInfo = new ByteWriter(this.elf.endian);
    const lineInfo = new ByteWriter(this.elf.endian);
    const lines: ObjectLine[] = [];
    const core: ObjectCore[] = [];
    for (const func of order) {
      const slotOf = (offset: number): number => ((starts.get(func) ?? 0) + offset - func.start) / 8;
      const within = (r: { readonly section: string; readonly offset: number }): boolean =>
        r.section === func.section.name && r.offset >= func.start && r.offset < func.start + func.size;
      for (const f of this.ext?.funcs.filter(within) ?? []) funcInfo.u32(slotOf(f.offset)).u32(f.type);
      for (const l of this.ext?.lines.filter(within) ?? []) {
        const slot = slotOf(l.offset);
        lineInfo
          .u32(slot)
          .u32(l.fileOffset)
          .u32(l.textOffset)
          .u32(((l.line << 10) | l.col) >>> 0);
        lines.push({ slot, file: l.file, text: l.text, line: l.line, col: l.col });
      }
      for (const r of this.ext?.relocations.filter(within) ?? [])
        core.push({ slot: slotOf(r.offset), type: r.type, access: r.access, kind: r.kind });
    }
    return { funcInfo: funcInfo.bytes(), lineInfo: lineInfo.bytes(), lines, core };
  }

  programs(): ObjectProgram[] {
    const isProgram = (f: CodeFunc): boolean =>
      f.section.name !== '.text' &&
      this.elf.symbols.some(
        (s) =>
          s.section === f.section.index &&
          s.type === 2 &&
          s.binding !== 0 &&
          s.value === f.start &&
          s.name === f.name,
      );
    return this.funcs.filter(isProgram).map((f) => this.link(f));
  }
}

function licenseOf(elf: ElfObject): string {
  const section = elf.sections.find((s) => s.name === 'license');
  return section === undefined ? '' : new TextDecoder().decode(section.data).replace(/\0.*$/s, '');
}

/** Reads an object file. */
export function readBpfObject(bytes: Uint8Array): BpfObject {
  if (!isElf(bytes)) throw new MalformedError('not an ELF object');
  try {
    return readParts(bytes);
  } catch (error) {
    // What reads behind the end of a section's bytes found a number there that is none of this file's.
    if (error instanceof RangeError) throw new MalformedError('a table of the object points outside of it');
    throw error;
  }
}

function readParts(bytes: Uint8Array): BpfObject {
  const elf = readElf(bytes);
  const sectionData = (name: string): Uint8Array | undefined =>
    elf.sections.find((s) => s.name === name)?.data;
  const [rawBtf, rawExt] = [sectionData('.BTF'), sectionData('.BTF.ext')];
  const btf = rawBtf === undefined ? null : { bytes: patchDataSections(rawBtf, elf), ...readBtf(rawBtf) };
  const ext = rawBtf === undefined || rawExt === undefined ? null : readBtfExtRaw(rawExt, rawBtf);
  const config = configValues(elf, btf);
  return {
    endian: elf.endian,
    license: licenseOf(elf),
    maps: [...declaredMaps(elf, btf), ...dataMaps(elf, btf), ...configMaps(config)],
    programs: new Reader(elf, ext, config).programs(),
    structOps: structOpsTables(elf, btf),
    config,
    btf,
  };
}
