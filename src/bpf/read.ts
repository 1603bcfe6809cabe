/**
 * One instruction from text: the inverse of template.ts, over a trie of all rows' text templates.
 *
 *     `*(u32 *)(r10 - 4) = 7`   matches `*(u32 *)(rD off) = imm`   dst 10, off -4, imm 7
 *
 * Invariant: what template.ts prints reads back to the same instruction; what does not read is an error at a token,
 * never a throw.
 */

import { assert, must } from '../base/assert.ts';
import { noPos } from '../base/source.ts';
import { inst as build } from './build.ts';
import { type IsaName, type IsaRow, isaNames, isaRow } from './isa.ts';
import { type Token, tokens, unquote } from './lexer.ts';
import { type FrameRef, firstVirtual, type MInst, type SymRef, type VReg } from './minst.ts';
import { type Dialect, isSymbolKind, isWord, symbolLoad, type Word } from './template.ts';

/** Where a jump goes, as written: a label, or slots from the next instruction. */
export type TargetText = { readonly name: string } | { readonly relative: number };

export interface ReadStyle {
  readonly dialect: Dialect;
  /** Block of a jump target; null when there is none (reported by the reader). */
  readonly target: (text: TargetText, at: Token) => number | null;
  /** asm: what a symbol is. */
  readonly symbol: (name: string) => SymRef['kind'];
}

export interface ReadError {
  readonly at: Token | null;
  readonly what: string;
}

interface Node {
  readonly literals: Map<string, Node>;
  readonly words: Map<Word, Node>;
  op: IsaName | 'symbol' | SymRef['kind'] | null;
}

const node = (): Node => ({ literals: new Map(), words: new Map(), op: null });

function addTemplate(root: Node, template: string, op: NonNullable<Node['op']>): void {
  let at = root;
  for (const { text } of tokens(template, 0, ';')) {
    const next = (isWord(text) ? at.words.get(text) : at.literals.get(text)) ?? node();
    if (isWord(text)) at.words.set(text, next);
    else at.literals.set(text, next);
    at = next;
  }
  assert(at.op === null, `two instructions have the text ${template}`);
  at.op = op;
}

/** Loads and stores up to 32 bits also read with the register's 32-bit name, as LLVM prints them. */
function lenient(row: IsaRow): string | null {
  if (row.access === null || row.access === 64 || row.signed) return null;
  if (row.kind === 'load')
    return row.text.startsWith('rD') ? row.text.replace('rD', 'wD') : row.text.replace('wD', 'rD');
  if (row.kind === 'store' && row.src === 'use')
    return row.text.replace(/([rw])S/, (_, r) => (r === 'r' ? 'wS' : 'rS'));
  return null;
}

function buildTrie(dialect: Dialect): Node {
  const root = node();
  for (const name of isaNames) {
    const row = isaRow(name);
    if (dialect === 'mir' && (row.kind === 'call' || row.kind === 'exit')) continue;
    addTemplate(root, row.text, name);
    const other = lenient(row);
    if (other !== null) addTemplate(root, other, name);
  }
  if (dialect === 'asm') addTemplate(root, 'rD = sym ll', 'symbol');
  else
    for (const kind of ['map', 'mapvalue', 'global', 'string', 'func', 'core'] as const)
      addTemplate(root, `rD = ${kind} sym ll`, kind);
  return root;
}

const tries = new Map<Dialect, Node>();
function trie(dialect: Dialect): Node {
  const made = tries.get(dialect) ?? buildTrie(dialect);
  tries.set(dialect, made);
  return made;
}

/** What the words of a template stood for. */
interface Captured {
  dst?: number;
  src?: number;
  use?: number;
  def?: number;
  off?: bigint;
  imm?: bigint;
  frame?: FrameRef;
  /** A field of a kernel structure in the place of the displacement or of the immediate. */
  core?: SymRef;
  /** A frame reference in the place of the immediate. */
  addend?: FrameRef;
  lo?: bigint;
  hi?: bigint;
  target?: { readonly text: TargetText; readonly at: Token };
  sym?: { readonly name: string; readonly offset: number };
}

/** A register word's number; null when it is none of this width. */
export function readRegister(text: string, width: 32 | 64, dialect: Dialect): number | null {
  const match = /^([rwv])(0|[1-9]\d{0,6})$/.exec(text);
  if (match === null) return null;
  const number = Number(match[2]);
  const letter = width === 32 ? 'w' : number < firstVirtual ? 'r' : 'v';
  return match[1] === letter && (number < firstVirtual || dialect === 'mir') ? number : null;
}

/** A number with its sign, from `at`. */
function readNumber(list: readonly Token[], at: number, sign: 'none' | 'optional' | 'needed') {
  const first = list[at];
  const hasSign = first?.text === '-' || (first?.text === '+' && sign === 'needed');
  if (!hasSign && sign === 'needed') return null;
  const digits = list[hasSign ? at + 1 : at];
  if (digits?.kind !== 'number') return null;
  const value = BigInt(digits.text);
  return { value: first?.text === '-' ? -value : value, used: hasSign ? 2 : 1 };
}

function readFrame(list: readonly Token[], at: number): { frame: FrameRef; used: number } | null {
  const match = /^s(\d+)$/.exec(list[at]?.text ?? '');
  if (match === null) return null;
  const offset = readNumber(list, at + 1, 'needed');
  const frame: FrameRef = { kind: 'frame', slot: Number(match[1]), offset: Number(offset?.value ?? 0n) };
  return { frame, used: 1 + (offset?.used ?? 0) };
}

/** `core NAME+8` from `at`. */
function readField(list: readonly Token[], at: number): { core: SymRef; used: number } | null {
  const name = list[at + 1];
  if (list[at]?.text !== 'core' || (name?.kind !== 'word' && name?.kind !== 'string')) return null;
  const offset = readNumber(list, at + 2, 'needed');
  const text = name.kind === 'string' ? unquote(name.text) : name.text;
  const core: SymRef = { kind: 'core', name: text, offset: Number(offset?.value ?? 0n) };
  return { core, used: 2 + (offset?.used ?? 0) };
}

/** The value of one of the registers that a template may name twice, which must agree. */
function same<K extends 'dst' | 'src' | 'use' | 'def'>(
  into: Captured,
  key: K,
  value: number | null,
): Captured | null {
  if (value === null || (into[key] !== undefined && into[key] !== value)) return null;
  return { ...into, [key]: value };
}

interface Match {
  readonly captured: Captured;
  readonly used: number;
}

const registerKeys = { D: 'dst', S: 'src', A: 'use', Z: 'def' } as const;
const isRegisterKey = (text: string | undefined): text is keyof typeof registerKeys =>
  text !== undefined && Object.hasOwn(registerKeys, text);

function matchWord(
  word: Word,
  list: readonly Token[],
  at: number,
  into: Captured,
  dialect: Dialect,
): Match | null {
  const token = list[at];
  const key = word[1];
  if (word.length === 2 && isRegisterKey(key)) {
    const reg = token?.kind === 'word' ? readRegister(token.text, word[0] === 'w' ? 32 : 64, dialect) : null;
    const captured = same(into, registerKeys[key], reg);
    return captured === null ? null : { captured, used: 1 };
  }
  if (word === 'off' || word === 'imm') {
    const plus = word === 'off' ? 1 : 0;
    const symbolic = dialect === 'mir' && (plus === 0 || token?.text === '+');
    const core = symbolic ? readField(list, at + plus) : null;
    if (core !== null) return { captured: { ...into, core: core.core }, used: core.used + plus };
    const frame = symbolic ? readFrame(list, at + plus) : null;
    const field = word === 'off' ? 'frame' : 'addend';
    if (frame !== null) return { captured: { ...into, [field]: frame.frame }, used: frame.used + plus };
  }
  if (word === 'off' || word === 'disp') {
    const number = readNumber(list, at, 'needed');
    const field = word === 'off' ? 'off' : 'imm';
    return { captured: { ...into, [field]: number?.value ?? 0n }, used: number?.used ?? 0 };
  }
  if (word === 'target') {
    const number = readNumber(list, at, 'needed');
    if (token === undefined || (number === null && token.kind !== 'word')) return null;
    const text = number === null ? { name: token.text } : { relative: Number(number.value) };
    return { captured: { ...into, target: { text, at: token } }, used: number?.used ?? 1 };
  }
  if (word === 'name' || word === 'sym') {
    if (token?.kind !== 'word' && token?.kind !== 'string') return null;
    const offset = word === 'sym' ? readNumber(list, at + 1, 'needed') : null;
    const name = token.kind === 'string' ? unquote(token.text) : token.text;
    return {
      captured: { ...into, sym: { name, offset: Number(offset?.value ?? 0n) } },
      used: 1 + (offset?.used ?? 0),
    };
  }
  const number = readNumber(list, at, 'optional');
  if (number === null) return null;
  const half = word === 'index' ? 'off' : word === 'imm' ? 'imm' : word.startsWith('lo') ? 'lo' : 'hi';
  return { captured: { ...into, [half]: number.value }, used: number.used };
}

interface Search {
  readonly list: readonly Token[];
  readonly dialect: Dialect;
  /** Index of the furthest token that fitted no template. */
  furthest: number;
}

function search(
  s: Search,
  from: Node,
  at: number,
  captured: Captured,
): { op: NonNullable<Node['op']>; captured: Captured } | null {
  const token = s.list[at];
  s.furthest = Math.max(s.furthest, at);
  if (token === undefined && from.op !== null) return { op: from.op, captured };
  const literal = token === undefined ? undefined : from.literals.get(token.text);
  const found = literal === undefined ? null : search(s, literal, at + 1, captured);
  if (found !== null) return found;
  for (const [word, next] of from.words) {
    const match = matchWord(word, s.list, at, captured, s.dialect);
    const rest = match === null ? null : search(s, next, at + match.used, match.captured);
    if (rest !== null) return rest;
  }
  return null;
}

/** The immediate as the row wants it; a text when it does not fit. */
function immediate(row: IsaRow, c: Captured): bigint | string {
  if (row.imm === 'spaces') return BigInt.asIntN(32, ((c.hi ?? 0n) << 16n) | BigInt.asUintN(16, c.lo ?? 0n));
  if (row.imm === 'pair') return BigInt.asIntN(64, ((c.hi ?? 0n) << 32n) | BigInt.asUintN(32, c.lo ?? 0n));
  const value = c.imm ?? c.lo ?? 0n;
  const bits = row.imm === 's64' ? 64 : 32;
  if (row.imm === 'count' && (value < 0n || value >= BigInt(row.width)))
    return `a shift by ${value} is not below ${row.width}`;
  const unsignedToo = bits === 64 || row.width === 32 || row.access === 32;
  if (BigInt.asIntN(bits, value) === value) return value;
  if (unsignedToo && BigInt.asUintN(bits, value) === value) return BigInt.asIntN(bits, value);
  return `${value} does not fit ${bits} bits, signed`;
}

function finish(
  op: IsaName,
  c: Captured,
  sym: SymRef | null,
  list: readonly Token[],
  style: ReadStyle,
): MInst<VReg> | ReadError {
  const row = isaRow(op);
  const whole = list[0] ?? null;
  const off = Number(c.off ?? 0n);
  if (off < -0x8000 || off > 0x7fff) return { at: whole, what: `offset ${off} does not fit 16 bits, signed` };
  if (c.addend !== undefined && (row.kind !== 'alu' || row.imm !== 's32'))
    return { at: whole, what: 'a frame reference is no operand here' };
  if (c.core !== undefined && row.off !== 'mem' && op !== 'add64_imm')
    return { at: whole, what: 'a field is no operand here' };
  const imm = immediate(row, c);
  if (typeof imm === 'string') return { at: whole, what: imm };
  const target = c.target === undefined ? null : style.target(c.target.text, c.target.at);
  if (c.target !== undefined && target === null)
    return { at: c.target.at, what: `no block ${c.target.at.text}` };
  const fields = {
    dst: c.dst ?? null,
    src: c.src ?? null,
    off,
    imm,
    frame: c.frame ?? c.addend ?? null,
    sym: sym ?? c.core ?? null,
    target,
    uses: c.use === undefined ? row.fixedUses : [c.use],
    defs: c.def === undefined ? row.fixedDefs : [c.def],
  };
  return build<VReg>(op, fields, noPos);
}

/** One instruction of a line, without position. */
export function readInst(list: readonly Token[], style: ReadStyle): MInst<VReg> | ReadError {
  const state: Search = { list, dialect: style.dialect, furthest: 0 };
  const found = search(state, trie(style.dialect), 0, {});
  if (found === null) {
    const at = list[state.furthest] ?? list.at(-1) ?? null;
    const what =
      state.furthest < list.length
        ? `unexpected ${at?.text ?? ''}`
        : `unfinished instruction after ${at?.text ?? ''}`;
    return { at, what };
  }
  const { op, captured } = found;
  const symbol = captured.sym;
  if (op === 'symbol' || isSymbolKind(op)) {
    const { name, offset } = must(symbol, 'symbol form');
    const kind = op === 'symbol' ? style.symbol(name) : op;
    const load = symbolLoad(kind);
    if (isaRow(load).kind !== 'wide') return { at: list[0] ?? null, what: `${name} is not defined` };
    return finish(load, captured, { kind, name, offset }, list, style);
  }
  if (symbol === undefined) return finish(op, captured, null, list, style);
  const kind = op === 'call_func' ? style.symbol(symbol.name) : 'func';
  const sym: SymRef = { kind, name: symbol.name, offset: symbol.offset };
  if (op === 'ld_func' || kind === 'func') return finish(op, captured, sym, list, style);
  if (kind === 'kfunc') return finish('call_kfunc', captured, sym, list, style);
  return { at: list[1] ?? null, what: `${symbol.name} is no function` };
}
