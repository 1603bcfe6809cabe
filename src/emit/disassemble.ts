/**
 * An ELF object as text assembly: a section per program, symbols as names, Go source lines from BTF.ext as comments,
 * CO-RE relocations as comments, data sections as bytes.
 *
 *     	.section	"xdp","ax",@progbits
 *     	.globl	Count
 *     Count:
 *     # hits.go:9: hits.Update(0, 1, bpf.Any)
 *     	r1 = hits ll
 *
 * Objects of other compilers read as well: references through section symbols get the name of the symbol that lies
 * there. Throws MalformedError for files that are no objects; instructions that are none are diagnostics.
 */

import { copyInst, copyMFunc, withCode } from '../bpf/copy.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import { noPos, type Pos } from '../base/source.ts';
import { printAssembly } from '../bpf/assembly-print.ts';
import { decode } from '../bpf/decode.ts';
import { layout } from '../bpf/encode.ts';
import { nameText, quote } from '../bpf/lexer.ts';
import type { MFunc, MInst, PReg, SymRef } from '../bpf/minst.ts';
import { MalformedError } from '../object/bytes.ts';
import { type BtfExt, readBtfExt } from '../object/btf-ext-read.ts';
import { sectionFlags, sectionTypes } from '../object/elf.ts';
import { type ElfObject, type ReadSection, type ReadSymbol, readElf } from '../object/elf-read.ts';

interface Place {
  readonly section: ReadSection;
  /** Slot of its first instruction in the image. */
  readonly start: number;
}

/** All code sections behind each other, with references between functions resolved. */
interface Image {
  readonly bytes: Uint8Array;
  readonly places: readonly Place[];
  /** Functions by slot. */
  readonly names: ReadonlyMap<number, string>;
  /** What an instruction refers to, by slot. */
  readonly refs: ReadonlyMap<number, SymRef>;
}

const opcodes = { ldImm64: 0x18, call: 0x85 } as const;
const pseudo = { map: 1, mapValue: 2, func: 4, call: 1, kfunc: 2 } as const;

const isCode = (s: ReadSection): boolean =>
  s.type === sectionTypes.progbits && (s.flags & sectionFlags.exec) !== 0 && s.data.length > 0;

/** The symbol that lies at an offset of a section, and the rest. */
function symbolAt(object: ElfObject, section: number, offset: number): SymRef {
  const found = object.symbols
    .filter((s) => s.section === section && s.type <= 2 && s.name !== '' && s.value <= offset)
    .sort((a, b) => b.value - a.value)[0];
  const name = found?.name ?? object.sections[section]?.name ?? '';
  return { kind: 'global', name, offset: offset - (found?.value ?? 0) };
}

class Linker {
  private readonly object: ElfObject;
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly places: readonly Place[];
  private readonly refs = new Map<number, SymRef>();
  private readonly little: boolean;

  constructor(object: ElfObject) {
    this.object = object;
    this.little = object.endian === 'little';
    let start = 0;
    this.places = object.sections.filter(isCode).map((section) => {
      const place = { section, start };
      start += Math.ceil(section.data.length / 8);
      return place;
    });
    this.bytes = new Uint8Array(start * 8);
    for (const { section, start: at } of this.places) this.bytes.set(section.data, at * 8);
    this.view = new DataView(this.bytes.buffer);
  }

  private setSource(at: number, source: number): void {
    const registers = this.bytes[at + 1] ?? 0;
    this.bytes[at + 1] = this.little ? (registers & 15) | (source << 4) : (registers & 0xf0) | source;
  }

  private placeOf(section: number): Place | undefined {
    return this.places.find((p) => p.section.index === section);
  }

  private wide(slot: number, symbol: ReadSymbol): void {
    const at = slot * 8;
    const addend = this.view.getInt32(at + 4, this.little);
    const offset = symbol.value + (symbol.type === 3 ? addend : 0);
    const code = this.placeOf(symbol.section);
    if (code !== undefined) {
      this.setSource(at, pseudo.func);
      this.view.setInt32(at + 4, code.start + offset / 8 - slot - 1, this.little);
      return;
    }
    const isMap = /^\.?maps/.test(this.object.sections[symbol.section]?.name ?? '');
    this.setSource(at, isMap ? pseudo.map : pseudo.mapValue);
    const ref = symbol.section === 0 ? null : symbolAt(this.object, symbol.section, offset);
    const known: SymRef = ref ?? { kind: 'global', name: symbol.name, offset: 0 };
    this.refs.set(slot, isMap ? { ...known, kind: 'map' } : known);
    this.view.setInt32(at + 4, 0, this.little);
    this.view.setInt32(at + 12, 0, this.little);
  }

  private call(slot: number, symbol: ReadSymbol): void {
    const at = slot * 8;
    const code = this.placeOf(symbol.section);
    if (code === undefined) {
      this.setSource(at, pseudo.kfunc);
      this.refs.set(slot, { kind: 'kfunc', name: symbol.name, offset: 0 });
      this.view.setInt32(at + 4, 0, this.little);
      return;
    }
    const addend = symbol.type === 3 ? this.view.getInt32(at + 4, this.little) + 1 : symbol.value / 8;
    this.setSource(at, pseudo.call);
    this.view.setInt32(at + 4, code.start + addend - slot - 1, this.little);
  }

  /** Functions by slot, each under a name of its own. */
  private functions(): ReadonlyMap<number, string> {
    const names = new Map<number, string>();
    const taken = new Set<string>();
    const add = (slot: number, name: string): void => {
      let free = name;
      for (let n = 1; taken.has(free); n++) free = `${name}.${n}`;
      taken.add(free);
      names.set(slot, free);
    };
    for (const { section, start } of this.places) {
      for (const symbol of this.object.symbols) {
        if (symbol.section !== section.index || symbol.type !== 2 || symbol.name === '') continue;
        if (symbol.value % 8 === 0 && symbol.value < section.data.length)
          add(start + symbol.value / 8, symbol.name);
      }
      if (!names.has(start)) add(start, section.name);
    }
    return names;
  }

  link(): Image {
    for (const { section, start } of this.places) {
      for (const { offset, symbol } of section.relocations) {
        if (offset % 8 !== 0 || offset + 8 > section.data.length)
          throw new MalformedError(
            `a relocation of ${section.name} is at ${offset}, where no instruction is`,
          );
        const slot = start + offset / 8;
        const opcode = section.data[offset];
        if (opcode === opcodes.ldImm64 && offset + 16 <= section.data.length) this.wide(slot, symbol);
        else if (opcode === opcodes.call) this.call(slot, symbol);
      }
    }
    return { bytes: this.bytes, places: this.places, names: this.functions(), refs: this.refs };
  }
}

/** Comments by position: a position is made up for each text, its line a number of this list. */
class Comments {
  private readonly texts: string[] = [''];
  private readonly bySlot = new Map<number, number>();

  constructor(ext: BtfExt | null, places: readonly Place[]) {
    const startOf = (section: string): number | undefined =>
      places.find((p) => p.section.name === section)?.start;
    for (const l of ext?.lines ?? []) {
      const start = startOf(l.section);
      if (start === undefined) continue;
      this.bySlot.set(start + l.offset / 8, this.textNumber(`${l.file}:${l.line}: ${l.text}`.trimEnd()));
    }
    for (const r of ext?.relocations ?? []) {
      const start = startOf(r.section);
      if (start === undefined) continue;
      const slot = start + r.offset / 8;
      const before = this.texts[this.bySlot.get(slot) ?? 0] ?? '';
      this.bySlot.set(slot, this.texts.length);
      this.texts.push(
        `${before}${before === '' ? '' : '  '}CO-RE ${r.kind} of type ${r.type} at ${r.access}`,
      );
    }
  }

  private textNumber(text: string): number {
    const known = this.texts.indexOf(text);
    return known > 0 ? known : this.texts.push(text) - 1;
  }

  readonly posOf = (slot: number): Pos => {
    const line = this.bySlot.get(slot);
    return line === undefined ? noPos : { file: 0, line, col: 1 };
  };

  readonly textOf = (pos: Pos): string | null => this.texts[pos.line] ?? null;
}

/** The functions with their references, by slot of the image. */
function named(funcs: readonly MFunc<PReg>[], refs: Image['refs']): ReadonlyMap<number, MFunc<PReg>> {
  const places = layout(funcs);
  const slots = new Map<MInst<PReg>, number>(places.placed.map((p) => [p.inst, p.slot]));
  const withRef = (inst: MInst<PReg>): MInst<PReg> => {
    const sym = refs.get(slots.get(inst) ?? -1);
    return sym === undefined ? inst : copyInst(inst, { sym, imm: 0n });
  };
  return new Map(
    funcs.map((func, i) => [
      places.funcs[i]?.start ?? 0,
      copyMFunc(func, { blocks: func.blocks.map((b) => withCode(b, b.body.map(withRef))) }),
    ]),
  );
}

function dataText(object: ElfObject, section: ReadSection): string {
  const { name, type, data, size } = section;
  const kind = type === sectionTypes.nobits ? 'nobits' : 'progbits';
  const lines = [`\t.section\t${quote(name)},"aw",@${kind}`];
  const symbols = object.symbols
    .filter((s) => s.section === section.index && s.type <= 1 && s.name !== '')
    .sort((a, b) => a.value - b.value);
  const bytes = (from: number, to: number): void => {
    const part = data.subarray(from, to);
    if (part.every((b) => b === 0)) {
      if (to > from) lines.push(`\t.zero\t${to - from}`);
    } else lines.push(`\t.byte\t${[...part].join(', ')}`);
  };
  let at = 0;
  for (const symbol of symbols) {
    bytes(at, symbol.value);
    lines.push(`${nameText(symbol.name)}:`);
    at = symbol.value;
  }
  bytes(at, size);
  return lines.map((line) => `${line}\n`).join('');
}

/** The text; null after errors in the instructions. */
export function disassembleObject(file: Uint8Array, diagnostics: Diagnostics): string | null {
  const object = readElf(file);
  const image = new Linker(object).link();
  const sectionData = (name: string): Uint8Array | undefined =>
    object.sections.find((s) => s.name === name)?.data;
  const [btf, ext] = [sectionData('.BTF'), sectionData('.BTF.ext')];
  const comments = new Comments(
    btf === undefined || ext === undefined ? null : readBtfExt(ext, btf),
    image.places,
  );
  const { endian } = object;
  const code =
    image.bytes.length === 0
      ? { funcs: [] }
      : decode(image.bytes, { endian, names: image.names, lines: comments.posOf }, diagnostics);
  if (code === null) return null;
  const funcs = named(code.funcs, image.refs);
  let printed = 0;
  const parts = image.places.map(({ section, start }) => {
    const end = start + section.data.length / 8;
    const list = [...funcs].filter(([slot]) => slot >= start && slot < end).map(([, func]) => func);
    const heads = list.map(
      ({ name }) => `\t.globl\t${nameText(name)}\n\t.type\t${nameText(name)},@function\n`,
    );
    const text = printAssembly(list, comments.textOf, printed);
    printed += list.length;
    return `\t.section\t${quote(section.name)},"ax",@progbits\n${heads.join('')}${text}`;
  });
  const data = object.sections.filter(
    (s) => !isCode(s) && (s.flags & sectionFlags.alloc) !== 0 && s.size > 0,
  );
  return [...parts, ...data.map((section) => dataText(object, section))].join('\n');
}
