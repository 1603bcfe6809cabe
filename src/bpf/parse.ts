/**
 * `.mir` text to machine code: the inverse of text.ts, where the notation is described.
 *
 *     `v5 = call get#5()  !6:10`   { op: 'call_helper', imm: 5n, uses: [], defs: [5 as VReg], pos: 6:10, … }
 *
 * Total: a line that does not read is a diagnostic at its token; reading goes on with the next line.
 */

import { diagnostic, type Diagnostics } from '../base/diagnostic.ts';
import { noPos, type Pos, type SourceFile } from '../base/source.ts';
import { inst as build } from './build.ts';
import { type Token, tokens, unquote } from './lexer.ts';
import type { MBlock, MCode, MFunc, MInst, MSlot, PReg, SymRef, VReg } from './minst.ts';
import { readInst, readRegister } from './read.ts';

/** A line being read: a cursor over its tokens. */
class Line {
  private at = 0;
  private readonly list: readonly Token[];
  constructor(list: readonly Token[]) {
    this.list = list;
  }

  get rest(): readonly Token[] {
    return this.list.slice(this.at);
  }

  get next(): Token | undefined {
    return this.list[this.at];
  }

  get done(): boolean {
    return this.at >= this.list.length;
  }

  /** Take the next token if it is this text. */
  take(text: string): boolean {
    const found = this.next?.text === text;
    if (found) this.at++;
    return found;
  }

  want(text: string): void {
    if (!this.take(text)) this.fail(`expected ${text}`);
  }

  fail(what: string): never {
    throw new Unreadable(what, this.next ?? this.list.at(-1) ?? null);
  }

  integer(): bigint {
    const negative = this.take('-');
    const token = this.next;
    if (token?.kind !== 'number') return this.fail('expected a number');
    this.at++;
    const value = BigInt(token.text);
    return negative ? -value : value;
  }

  number(): number {
    return Number(this.integer());
  }

  /** A word, or a quoted string's value. */
  name(): string {
    const token = this.next;
    if (token?.kind !== 'word' && token?.kind !== 'string') return this.fail('expected a name');
    this.at++;
    return token.kind === 'string' ? unquote(token.text) : token.text;
  }

  /** `b3` with its letter; the number. */
  numbered(letter: string): number {
    const match = /^([a-z])(\d+)$/.exec(this.next?.text ?? '');
    if (match?.[1] !== letter) return this.fail(`expected ${letter} and a number`);
    this.at++;
    return Number(match[2]);
  }

  register(): VReg | null {
    const token = this.next;
    const reg = token?.kind === 'word' ? readRegister(token.text, 64, 'mir') : null;
    if (reg !== null) this.at++;
    return reg;
  }

  /** Registers and constants between commas, perhaps none. */
  values(): (VReg | bigint)[] {
    const list: (VReg | bigint)[] = [];
    const value = (): VReg | bigint => this.register() ?? this.integer();
    if (this.done || this.next?.text === ')' || this.next?.text === '=') return list;
    list.push(value());
    while (this.take(',')) list.push(value());
    return list;
  }

  registers(): VReg[] {
    return this.values().map((v) => (typeof v === 'bigint' ? this.fail('a constant is no destination') : v));
  }

  symbol(kind: SymRef['kind']): SymRef {
    const name = this.name();
    const negative = this.next?.text === '-';
    const offset = negative || this.take('+') ? this.number() : 0;
    return { kind, name, offset };
  }

  end(): void {
    if (!this.done) this.fail(`unexpected ${this.next?.text}`);
  }
}

/** Caught by the line loop; never leaves this file. */
class Unreadable extends Error {
  readonly at: Token | null;
  constructor(what: string, at: Token | null) {
    super(what);
    this.at = at;
  }
}

/** Cut the position off a line's tokens. */
function splitPos(list: readonly Token[]): { readonly body: readonly Token[]; readonly pos: Pos } {
  const mark = list.findLastIndex((t) => t.text === '!');
  if (mark < 0) return { body: list, pos: noPos };
  const line = new Line(list.slice(mark + 1));
  const numbers = [line.number()];
  while (line.take(':')) numbers.push(line.number());
  line.end();
  const [a = 0, b = 0, c = 0] = numbers;
  if (numbers.length === 2) return { body: list.slice(0, mark), pos: { file: 0, line: a, col: b } };
  if (numbers.length === 3) return { body: list.slice(0, mark), pos: { file: a, line: b, col: c } };
  return line.fail('a position is !line:col or !file:line:col');
}

function readCall(line: Line, defs: readonly VReg[]): MInst<VReg> {
  const base = ((): MInst<VReg> => {
    if (line.take('callx'))
      return build<VReg>('callx', { dst: line.register() ?? line.fail('expected a register') }, noPos);
    line.want('call');
    if (line.take('@')) return build<VReg>('call_func', { sym: line.symbol('func') }, noPos);
    if (line.take('kfunc')) {
      const named = line.next?.kind !== 'number' && line.next?.text !== '-';
      const callee = named ? { sym: line.symbol('kfunc') } : { imm: line.integer() };
      return build<VReg>('call_kfunc', { ...callee, off: line.take(':') ? line.number() : 0 }, noPos);
    }
    if (line.next?.text !== '#') line.name();
    line.want('#');
    return build<VReg>('call_helper', { imm: line.integer() }, noPos);
  })();
  line.want('(');
  const uses = line.values();
  line.want(')');
  line.end();
  return { ...base, uses, defs };
}

function readLine(body: readonly Token[]): MInst<VReg> {
  const line = new Line(body);
  if (line.take('parcopy')) {
    const defs = line.registers();
    line.want('=');
    const uses = line.values();
    line.end();
    return build<VReg>('parcopy', { defs, uses }, noPos);
  }
  if (line.take('exit')) {
    const uses = line.values();
    line.end();
    return build<VReg>('exit', { uses }, noPos);
  }
  const first = body[0]?.text;
  if (first === 'call' || first === 'callx') return readCall(line, []);
  const third = body[2]?.text;
  if (body[1]?.text === '=' && (third === 'call' || third === 'callx')) {
    const defs = line.registers();
    line.want('=');
    return readCall(line, defs);
  }
  const found = readInst(body, {
    dialect: 'mir',
    target: (text) => ('name' in text && /^b\d+$/.test(text.name) ? Number(text.name.slice(1)) : null),
    symbol: () => 'func',
  });
  if ('what' in found) throw new Unreadable(found.what, found.at);
  return found;
}

interface OpenFunc extends Omit<MFunc<VReg>, 'blocks' | 'slots'> {
  readonly blocks: { readonly id: number; readonly body: MInst<VReg>[] }[];
  readonly slots: MSlot[];
}

function readHeader(line: Line, pos: Pos): OpenFunc {
  line.want('func');
  line.want('@');
  const name = line.name();
  line.want('(');
  const params = line.number();
  line.want(')');
  const program = line.take('program') ? line.name() : null;
  const frameSize = line.take('frame') ? line.number() : null;
  line.want('next');
  const nextReg = line.numbered('v');
  const nextBlock = line.numbered('b');
  return { name, params, program, frameSize, nextReg, nextBlock, pos, blocks: [], slots: [] };
}

function readSlot(line: Line): MSlot {
  line.want('slot');
  const id = line.numbered('s');
  const size = line.number();
  line.want('align');
  const align = line.number();
  const name = line.name();
  line.end();
  return { id, size, align, name };
}

/** Feed one line into the function being read; the function left open, or null. */
function feed(list: readonly Token[], open: OpenFunc | null, done: MFunc<VReg>[]): OpenFunc | null {
  if (open === null) {
    const brace = list.at(-1)?.text === '{';
    const { body, pos } = splitPos(brace ? list.slice(0, -1) : list);
    const line = new Line(body);
    const func = readHeader(line, pos);
    line.end();
    if (!brace) line.fail('expected {');
    if (done.some((f) => f.name === func.name)) new Line(list).fail(`@${func.name} is there twice`);
    return func;
  }
  const first = list[0]?.text ?? '';
  if (first === '}') {
    new Line(list.slice(1)).end();
    done.push(open);
    return null;
  }
  if (first === 'slot') open.slots.push(readSlot(new Line(list)));
  else if (list[1]?.text === ':') {
    const line = new Line(list);
    const id = line.numbered('b');
    line.want(':');
    line.end();
    if (open.blocks.some((b) => b.id === id)) new Line(list).fail(`b${id} is there twice`);
    open.blocks.push({ id, body: [] });
  } else {
    const { body, pos } = splitPos(list);
    const block = open.blocks.at(-1) ?? new Line(list).fail('an instruction outside a block');
    block.body.push({ ...readLine(body), pos });
  }
  return open;
}

/** Line index of the first function; the module's part of a `.mir` file is before it. */
export function firstFuncLine(file: SourceFile): number {
  const index = file.text.split('\n').findIndex((line) => line.startsWith('func @'));
  return index < 0 ? file.lineStarts.length : index;
}

function checkTargets(func: MFunc<VReg>, report: (what: string) => void): void {
  const ids = new Set(func.blocks.map((b) => b.id));
  const bad = (block: MBlock<VReg>, inst: MInst<VReg>): void =>
    report(`@${func.name}, b${block.id}: no block b${inst.target}`);
  for (const block of func.blocks)
    for (const inst of block.body) if (inst.target !== null && !ids.has(inst.target)) bad(block, inst);
}

/** The functions of a `.mir` file; null when there were errors. */
export function parseMCode(file: SourceFile, diagnostics: Diagnostics): MCode<VReg> | null {
  const before = diagnostics.list.length;
  const funcs: MFunc<VReg>[] = [];
  let open: OpenFunc | null = null;
  const lines = file.text.split('\n');
  for (let i = firstFuncLine(file); i < lines.length; i++) {
    const start = file.lineStarts[i] ?? 0;
    const list = tokens(lines[i] ?? '', start, ';');
    if (list.length === 0) continue;
    try {
      open = feed(list, open, funcs);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      const at = error.at ?? list[0];
      const span = { file: file.id, start: at?.start ?? start, end: at?.end ?? start };
      diagnostics.list.push(diagnostic('bad-assembly', span, { what: error.message }));
    }
  }
  const whole = { file: file.id, start: 0, end: 0 };
  if (open !== null) diagnostics.report('bad-assembly', whole, { what: `@${open.name} has no end` });
  for (const func of funcs) checkTargets(func, (what) => diagnostics.report('bad-assembly', whole, { what }));
  return diagnostics.list.length > before ? null : { funcs };
}

/** Has the code only R0–R10? */
export function isPhysical(code: MCode<VReg>): code is MCode<PReg> {
  const low = (reg: VReg | bigint | null): boolean => typeof reg !== 'number' || reg <= 10;
  return code.funcs.every((func) =>
    func.blocks.every((block) =>
      block.body.every((i) => low(i.dst) && low(i.src) && i.uses.every(low) && i.defs.every(low)),
    ),
  );
}
