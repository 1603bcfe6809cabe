/**
 * A program as cilium/ebpf's `asm.Instructions{…}`, from the Go templates of the instruction table.
 *
 *     // hello.go:5: func main() { bpf.TracePrintk("Hello world!\n") }
 *     asm.Mov.Imm(asm.R1, 2593).WithSymbol("main").WithSource(asm.Comment("hello.go:5 func main() …")),
 *
 * A label is a symbol of the instruction it stands before; where a function starts, jumps use the function's symbol,
 * since an instruction has one. Maps are references that `ebpf.NewCollection` resolves by name.
 * Invariants: symbols are unique; the text is as gofmt leaves it; marshalled it is `assemble`'s bytes.
 */

import type { Machine } from '../../passes/pass.ts';
import { assert, must } from '../base/assert.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import type { Pos, SourceFile } from '../base/source.ts';
import { jumpLabels } from '../bpf/assembly-print.ts';
import { layout, type Placed, reachableFuncs } from '../bpf/encode.ts';
import { isaRow } from '../bpf/isa.ts';
import type { MFunc, PReg } from '../bpf/minst.ts';
import { helperName } from '../bpf/text.ts';
import { sourceLine } from './asm.ts';
import { carriesAll } from './carry.ts';
import { commentText, goString, literal } from './go-text.ts';

/** Name of a helper's constant: `FnTracePrintk`; a number that has none becomes `BuiltinFunc(300)`. */
export function helperConstant(id: number): string {
  const name = helperName(id);
  if (name === null) return `BuiltinFunc(${id})`;
  return `Fn${name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;
}

const register = (reg: PReg | null): string => `asm.${reg === 10 ? 'RFP' : `R${reg}`}`;

/** The Go expression of an instruction; `label` is the symbol that it jumps to. */
export function goInstruction({ inst }: Pick<Placed, 'inst'>, label: string): string {
  assert(inst.op !== 'parcopy', 'a parallel copy is left');
  const { go } = isaRow(inst.op);
  assert(go !== null, `${inst.op} has no Go expression`);
  const { sym } = inst;
  const high = sym === null ? inst.imm >> 32n : BigInt(sym.offset);
  const words: Readonly<Record<string, () => string>> = {
    d: () => register(inst.dst),
    s: () => register(inst.src),
    i: () => String(inst.imm),
    lo: () => String(BigInt.asIntN(32, inst.imm)),
    hi: () => String(high),
    o: () => String(inst.off),
    l: () => goString(label),
    n: () => goString(must(sym, `${inst.op}: no symbol`).name),
    f: () => helperConstant(Number(inst.imm)),
  };
  const text = go.replace(/\$([a-z]+)/g, (_, word: string) =>
    must(words[word], `$${word} of a Go template`)(),
  );
  const named = sym !== null && sym.kind !== 'func';
  return named ? `${text}.WithReference(${goString(sym.name)})` : text;
}

/** Symbols by slot: functions' names, and labels that differ from all of them. */
function symbolsOf(places: ReturnType<typeof layout>): ReadonlyMap<number, string> {
  const names = new Set(places.funcs.map((f) => f.name));
  const label = (func: number, nth: number): string => {
    let name = `${must(places.funcs[func], 'function').name}_${nth}`;
    while (names.has(name)) name += '_';
    names.add(name);
    return name;
  };
  const symbols = new Map(jumpLabels(places, label));
  for (const { name, start } of places.funcs) symbols.set(start, name);
  return symbols;
}

/** The instructions, one Go line each, with source lines as comments before them. */
export function instructionLines(funcs: readonly MFunc<PReg>[], files: readonly SourceFile[]): string[] {
  const places = layout(funcs);
  const symbols = symbolsOf(places);
  const lines: string[] = [];
  let last: Pos | null = null;
  for (const at of places.placed) {
    const { inst, func, slot } = at;
    const symbol = symbols.get(slot);
    const { pos } = inst;
    const starts = places.funcs.some((f) => f.start === slot);
    const changed = starts || last === null || pos.line !== last.line || pos.file !== last.file;
    const source = pos.line !== 0 && changed ? sourceLine(pos, files) : null;
    if (pos.line !== 0) last = pos;
    const label = inst.target === null ? '' : must(symbols.get(places.blockSlot(func, inst.target)), 'label');
    let text = goInstruction(at, label);
    if (symbol !== undefined) text += `.WithSymbol(${goString(symbol)})`;
    if (source !== null) {
      lines.push(`// ${commentText(source)}`);
      text += `.WithSource(asm.Comment(${goString(source.replace(/^(.*?:\d+):/, '$1'))}))`;
    }
    lines.push(`${text},`);
  }
  return lines;
}

/** `asm.Instructions{…}`, as lines. */
export function instructionList(funcs: readonly MFunc<PReg>[], files: readonly SourceFile[]): string[] {
  return literal('asm.Instructions', instructionLines(funcs, files));
}

/** One list per program; empty after a report. */
export function emitListing(
  machine: Machine<PReg>,
  files: readonly SourceFile[],
  diagnostics: Diagnostics,
): string {
  const { programs } = machine.module;
  const parts = programs.map(({ name, section }) => {
    const funcs = reachableFuncs(machine, name);
    if (!carriesAll(funcs, files, diagnostics)) return '';
    const head = programs.length > 1 ? [`// ${commentText(`${name}, ${section}`)}`] : [];
    return [...head, ...instructionList(funcs, files)].map((line) => `${line}\n`).join('');
  });
  return parts.join('\n');
}
