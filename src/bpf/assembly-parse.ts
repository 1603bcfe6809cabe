/**
 * Text assembly to machine code: what assembly-print.ts writes, what clang -S writes, and by hand.
 *
 *     	.section	"xdp","ax",@progbits
 *     drop:
 *     	r0 = 1             section xdp, function drop, one block
 *     	exit
 *
 * A label begins a function when it is the first of its section, is declared (`.globl`, `.type`), or is called; other
 * labels begin blocks. Jumps take labels or `+3` slots. Sections that hold no code define symbols: maps in `maps` and
 * `.maps`, package variables elsewhere. Data directives there and debugging directives anywhere are skipped.
 *
 * Total: what does not read is a diagnostic at its token, and reading goes on with the next line.
 */

import type { Diagnostics } from '../base/diagnostic.ts';
import { positionAt, type SourceFile, type Span } from '../base/source.ts';
import { type Token, tokens, unquote } from './lexer.ts';
import type { MCode, MInst, PReg, SymRef } from './minst.ts';
import { readInst, type TargetText } from './read.ts';
import { type FlatInst, misplaced, splitFuncs } from './split.ts';

/** A section with code, in the order of the file. */
export interface CodeSection extends MCode<PReg> {
  readonly name: string;
}

interface Line {
  readonly list: readonly Token[];
  readonly slot: number;
}

interface Section {
  readonly name: string;
  readonly code: boolean;
  readonly lines: Line[];
  /** Slots so far. */
  slots: number;
}

interface Label {
  readonly section: Section;
  readonly slot: number;
}

/** Everything of the file before instructions are read. */
interface Outline {
  readonly sections: Map<string, Section>;
  readonly labels: Map<string, Label>;
  /** Declared `.globl` or `.type`. */
  readonly declared: Set<string>;
  current: Section;
}

type Report = (at: Token | null, what: string) => void;

const dataDirectives = [
  '.byte',
  '.short',
  '.2byte',
  '.long',
  '.4byte',
  '.quad',
  '.8byte',
  '.zero',
  '.space',
  '.ascii',
  '.asciz',
  '.string',
  '.fill',
];
const skipped = [
  '.file',
  '.ident',
  '.loc',
  '.size',
  '.p2align',
  '.balign',
  '.align',
  '.addrsig',
  '.addrsig_sym',
  '.cfi_startproc',
  '.cfi_endproc',
  '.cfi_sections',
  '.local',
  '.hidden',
  '.weak',
];
const declaring = ['.globl', '.global', '.type'];

const nameOf = (token: Token): string => (token.kind === 'string' ? unquote(token.text) : token.text);

/** Section names may contain slashes: the tokens up to the first comma. */
function sectionName(list: readonly Token[]): string {
  const comma = list.findIndex((t) => t.text === ',');
  const part = comma < 0 ? list : list.slice(0, comma);
  return part.map(nameOf).join('');
}

function enter(o: Outline, name: string, code: boolean): void {
  const section = o.sections.get(name) ?? { name, code, lines: [], slots: 0 };
  o.sections.set(name, section);
  o.current = section;
}

function directive(o: Outline, list: readonly Token[], report: Report): void {
  const [first, second] = list;
  const word = first?.text ?? '';
  if (word === '.text') enter(o, '.text', true);
  else if (word === '.data' || word === '.bss') enter(o, word, false);
  else if (word === '.section') {
    const flags = list.find((t) => t.kind === 'string' && t !== second);
    const name = sectionName(list.slice(1));
    if (name === '') report(first ?? null, 'a section without name');
    else enter(o, name, name === '.text' || (flags !== undefined && unquote(flags.text).includes('x')));
  } else if (declaring.includes(word)) {
    const isFunction = word !== '.type' || list.some((t) => t.text === 'function');
    if (second !== undefined && isFunction) o.declared.add(nameOf(second));
  } else if (dataDirectives.includes(word)) {
    if (o.current.code) report(first ?? null, `${word} among instructions`);
  } else if (!skipped.includes(word)) report(first ?? null, `unknown directive ${word}`);
}

/** First pass: sections, labels and where each instruction is. */
function outline(file: SourceFile, report: Report): Outline {
  const text: Section = { name: '.text', code: true, lines: [], slots: 0 };
  const o: Outline = {
    sections: new Map([['.text', text]]),
    labels: new Map(),
    declared: new Set(),
    current: text,
  };
  for (const [i, raw] of file.text.split('\n').entries()) {
    let list: readonly Token[] = tokens(raw, file.lineStarts[i] ?? 0, '#');
    for (let [name, colon] = list; name !== undefined && colon?.text === ':'; [name, colon] = list) {
      const symbol = nameOf(name);
      if (o.labels.has(symbol)) report(name, `${symbol} is defined twice`);
      else o.labels.set(symbol, { section: o.current, slot: o.current.slots });
      list = list.slice(2);
    }
    const first = list[0];
    if (first === undefined) continue;
    if (first.kind === 'word' && first.text.startsWith('.')) directive(o, list, report);
    else if (!o.current.code)
      report(first, `an instruction in section ${o.current.name}, which holds no code`);
    else {
      o.current.lines.push({ list, slot: o.current.slots });
      o.current.slots += list.at(-1)?.text === 'll' ? 2 : 1;
    }
  }
  return o;
}

/** Names that a section's calls and function addresses mention. */
function calledNames(o: Outline): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { lines } of o.sections.values())
    for (const { list } of lines) {
      const [first, second] = list;
      if (first?.text === 'call' && second !== undefined) names.add(nameOf(second));
      const wide = list.at(-1)?.text === 'll';
      if (wide && list[2] !== undefined) names.add(nameOf(list[2]));
      if (wide && list[2]?.text === 'func' && list[4] !== undefined) names.add(nameOf(list[4]));
    }
  return names;
}

function startsOf(o: Outline, section: Section, called: ReadonlySet<string>): Map<number, string> {
  const starts = new Map<number, string>();
  for (const [name, label] of o.labels) {
    if (label.section !== section || label.slot >= section.slots) continue;
    const isFunction = label.slot === 0 || o.declared.has(name) || called.has(name);
    if (isFunction && !starts.has(label.slot)) starts.set(label.slot, name);
  }
  if (!starts.has(0)) starts.set(0, o.labels.has('main') ? section.name : 'main');
  return starts;
}

function symbolKind(o: Outline, name: string): SymRef['kind'] {
  const section = o.labels.get(name)?.section;
  if (section === undefined) return 'kfunc';
  return section.code ? 'func' : section.name === 'maps' || section.name === '.maps' ? 'map' : 'global';
}

function readSection(o: Outline, section: Section, file: SourceFile, report: Report): FlatInst[] {
  const flat: FlatInst[] = [];
  for (const { list, slot } of section.lines) {
    const next = slot + (list.at(-1)?.text === 'll' ? 2 : 1);
    const target = (text: TargetText): number | null => {
      if ('relative' in text) return next + text.relative;
      const label = o.labels.get(text.name);
      return label?.section === section ? label.slot : null;
    };
    const found = readInst(list, { dialect: 'asm', target, symbol: (name) => symbolKind(o, name) });
    if ('what' in found) {
      report(found.at, found.what);
      continue;
    }
    const pos = positionAt(file, list[0]?.start ?? 0);
    // The asm dialect reads R0–R10 only.
    const inst = { ...(found as MInst<PReg>), pos };
    flat.push({ inst, slot, jump: inst.target, func: null });
  }
  return flat;
}

/** Every section with instructions; null when there were errors. */
export function parseAssembly(file: SourceFile, diagnostics: Diagnostics): readonly CodeSection[] | null {
  const before = diagnostics.list.length;
  const report: Report = (at, what) => {
    const span: Span = { file: file.id, start: at?.start ?? 0, end: at?.end ?? 0 };
    diagnostics.report('bad-assembly', span, { what });
  };
  const o = outline(file, report);
  const called = calledNames(o);
  const sections: CodeSection[] = [];
  for (const section of o.sections.values()) {
    if (section.lines.length === 0) continue;
    const flat = readSection(o, section, file, report);
    if (flat.length < section.lines.length) continue;
    const starts = startsOf(o, section, called);
    const bad = misplaced(flat, starts);
    for (const { slot, what } of bad)
      report(section.lines.find((l) => l.slot === slot)?.list[0] ?? null, what);
    if (bad.length === 0) sections.push({ name: section.name, ...splitFuncs(flat, starts) });
  }
  return diagnostics.list.length > before ? null : sections;
}
