/**
 * Reads the SSA form's text; the exact inverse of print.ts. Blank lines and comments (`; …`) are skipped.
 *
 *     parseModule(sourceFile(0, 'x.ir', 'license "GPL"\n'), diagnostics)
 *
 * Errors are located diagnostics (`bad-ir`), one per line at most; the result is then null. It never throws.
 * What the text means is not checked here: verify.ts does that.
 */

import type { Diagnostics } from '../base/diagnostic.ts';
import type { SourceFile } from '../base/source.ts';
import {
  badLine,
  type Cursor,
  cursor,
  endOfLine,
  id,
  int32,
  integer,
  irType,
  size,
  symbol,
  text,
  word,
} from './cursor.ts';
import {
  type Block,
  type BlockId,
  type Func,
  type Global,
  type Imm,
  type Instr,
  type IrType,
  type MapDecl,
  type Module,
  type Param,
  type Program,
  type Slot,
  type Target,
  type Terminator,
  widthOf,
} from './ir.ts';
import { heldFields } from '../bpf/maps.ts';
import { type OpName, opRow, ops } from './ops.ts';
import { tightIds } from './print.ts';

function params(c: Cursor): Param[] {
  const list: Param[] = [];
  c.expect('(');
  while (!c.accept(')')) {
    if (list.length > 0) c.expect(',');
    const value = id(c, 'v');
    c.expect(':');
    list.push({ id: value, type: irType(c) });
  }
  return list;
}

/** `v1, v2` as long as values follow. */
function moreValues(c: Cursor, list: number[]): number[] {
  while (/^v\d/.test(c.peek())) {
    list.push(id(c, 'v'));
    if (!c.accept(',')) break;
  }
  return list;
}

function parenthesised(c: Cursor): number[] {
  c.expect('(');
  const list = moreValues(c, []);
  c.expect(')');
  return list;
}

/** `+ 8` or `- 8`; 0 when absent and optional. */
function displacement(c: Cursor, optional: boolean): number {
  if (optional && c.peek() !== '+' && c.peek() !== '-') return 0;
  if (c.peek() !== '-') c.expect('+');
  return int32(c);
}

function operands(c: Cursor, op: OpName, type: IrType): { args: readonly number[]; imm: Imm } {
  const row = opRow(op);
  switch (row.imm) {
    case 'none':
      return { args: moreValues(c, []), imm: null };
    case 'int': {
      const value = integer(c);
      const width = widthOf(type);
      if (BigInt.asUintN(width, value) !== value && BigInt.asIntN(width, value) !== value)
        c.fail(`${value} is no ${type}`);
      return { args: [], imm: BigInt.asIntN(width, value) };
    }
    case 'offset': {
      const args = [id(c, 'v')];
      const imm = displacement(c, false);
      return { args: c.accept(',') ? moreValues(c, args) : args, imm };
    }
    case 'size': {
      const args = moreValues(c, []);
      return { args, imm: size(c) };
    }
    case 'slot':
      return { args: [], imm: { kind: 'slot', slot: id(c, 's'), offset: displacement(c, true) } };
    default: {
      const imm: Imm = { kind: 'symbol', name: symbol(c), offset: displacement(c, true) };
      return { args: row.args === 'rest' ? parenthesised(c) : [], imm };
    }
  }
}

function isOp(name: string): name is OpName {
  return Object.hasOwn(ops, name);
}

function instruction(c: Cursor): Instr {
  let result: number | null = null;
  let type: IrType = 'i64';
  if (/^v\d/.test(c.peek())) {
    result = id(c, 'v');
    c.expect(':');
    type = irType(c);
    c.expect('=');
  }
  const op = c.peek();
  if (!isOp(op)) return c.fail(`there is no op '${op}'`);
  c.next();
  const { args, imm } = operands(c, op, type);
  return { op, result, type, args, imm, pos: endOfLine(c) };
}

function target(c: Cursor): Target {
  const block = id(c, 'b');
  return { block, args: c.peek() === '(' ? parenthesised(c) : [] };
}

function terminator(c: Cursor): Terminator | null {
  switch (c.peek()) {
    case 'jump': {
      c.next();
      const to = target(c);
      return { kind: 'jump', target: to, pos: endOfLine(c) };
    }
    case 'branch': {
      c.next();
      const cond = id(c, 'v');
      c.expect(',');
      const yes = target(c);
      c.expect(',');
      const no = target(c);
      return { kind: 'branch', cond, then: yes, else: no, pos: endOfLine(c) };
    }
    case 'return': {
      c.next();
      const value = c.peek().startsWith('v') ? id(c, 'v') : null;
      return { kind: 'return', value, pos: endOfLine(c) };
    }
    case 'abort':
    case 'unreachable': {
      const kind = c.next() === 'abort' ? 'abort' : 'unreachable';
      return { kind, pos: endOfLine(c) };
    }
    default:
      return null;
  }
}

function slot(c: Cursor): Slot {
  c.expect('slot');
  const number = id(c, 's');
  const bytes = size(c);
  c.expect('align');
  const align = size(c);
  const name = c.peek().startsWith('"') ? text(c) : '';
  return { id: number, size: bytes, align, name, pos: endOfLine(c) };
}

type FuncHead = Omit<Func, 'blocks' | 'slots' | 'nextValue' | 'nextBlock' | 'nextSlot'> & {
  readonly params: readonly Param[];
  readonly next: readonly [number, number, number] | null;
};

function funcHead(c: Cursor): FuncHead {
  c.expect('func');
  const name = symbol(c);
  const list = params(c);
  const result = c.accept('->') ? irType(c) : null;
  const program = c.accept('program') ? symbol(c) : null;
  const noinline = c.accept('noinline');
  const next = c.accept('next') ? ([id(c, 'v'), id(c, 'b'), id(c, 's')] as const) : null;
  c.expect('{');
  return { name, params: list, result, program, noinline, next, pos: endOfLine(c) };
}

function mapDecl(c: Cursor): MapDecl {
  c.expect('map');
  const name = symbol(c);
  const type = word(c);
  c.expect('key');
  const keySize = size(c);
  c.expect('value');
  const valueSize = size(c);
  c.expect('entries');
  const maxEntries = size(c);
  c.expect('flags');
  const flags = size(c);
  const pin = c.accept('pin');
  const holds = c.accept('holds') ? heldFields.filter((field) => c.accept(field)) : [];
  endOfLine(c);
  const decl = { name, type, keySize, valueSize, maxEntries, flags, pin };
  return holds.length === 0 ? decl : { ...decl, holds };
}

function global(c: Cursor): Global {
  c.expect('global');
  const name = symbol(c);
  const section = c.peek();
  if (section !== '.data' && section !== '.bss' && section !== '.rodata' && section !== '.kconfig')
    return c.fail('expected .data, .bss, .rodata or .kconfig');
  c.next();
  c.expect('size');
  const bytes = size(c);
  c.expect('align');
  const align = size(c);
  const weak = c.accept('weak');
  let init = new Uint8Array(0);
  if (c.accept('=')) {
    if (!/^([0-9a-f]{2})+$/.test(c.peek())) c.fail('expected bytes in hexadecimal');
    const hex = c.next();
    init = Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
      Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
    );
  }
  endOfLine(c);
  return { name, section, size: bytes, align, init, ...(weak ? { weak } : {}) };
}

function program(c: Cursor): Program {
  c.expect('program');
  const name = symbol(c);
  c.expect('section');
  const section = text(c);
  c.expect('abort');
  const abortValue = integer(c);
  endOfLine(c);
  return { name, section, abortValue };
}

interface OpenBlock {
  readonly id: BlockId;
  readonly params: readonly Param[];
  readonly body: Instr[];
  end: Terminator | null;
}

/** A function whose closing brace has not come yet. */
interface OpenFunc {
  readonly head: FuncHead;
  readonly slots: Slot[];
  readonly blocks: OpenBlock[];
}

function closeFunc(c: Cursor, open: OpenFunc): Func {
  c.expect('}');
  endOfLine(c);
  const blocks: Block[] = open.blocks.map(({ id: number, params: list, body, end }) =>
    end === null ? c.fail(`b${number} has no terminator`) : { id: number, params: list, body, end },
  );
  if (blocks.length === 0) c.fail('a function has at least one block');
  const { params: _params, next, ...head } = open.head;
  const tight = tightIds({ blocks, slots: open.slots });
  const [nextValue, nextBlock, nextSlot] = next ?? [tight.value, tight.block, tight.slot];
  return { ...head, blocks, slots: open.slots, nextValue, nextBlock, nextSlot };
}

/** One line inside of a function's braces, the closing one excepted. */
function funcLine(c: Cursor, open: OpenFunc): void {
  const block = open.blocks[open.blocks.length - 1];
  if (/^b\d/.test(c.peek())) {
    if (block !== undefined && block.end === null) c.fail(`b${block.id} has no terminator`);
    const number = id(c, 'b');
    const first = open.blocks.length === 0;
    const list = !first && c.peek() === '(' ? params(c) : first ? open.head.params : [];
    c.expect(':');
    endOfLine(c);
    open.blocks.push({ id: number, params: list, body: [], end: null });
    return;
  }
  if (c.peek() === 'slot') {
    if (block !== undefined) c.fail('slots stand before the first block');
    open.slots.push(slot(c));
    return;
  }
  if (block === undefined) c.fail('expected a slot or a block');
  if (block.end !== null) c.fail(`b${block.id} has its terminator already`);
  block.end = terminator(c);
  if (block.end === null) block.body.push(instruction(c));
}

export function parseModule(file: SourceFile, diagnostics: Diagnostics): Module | null {
  const funcs: Func[] = [];
  const programs: Program[] = [];
  const maps: MapDecl[] = [];
  const globals: Global[] = [];
  const strings = new Map<string, string>();
  let license = '';
  let open: OpenFunc | null = null;
  let failed = false;

  const moduleLine = (c: Cursor): void => {
    switch (c.peek()) {
      case 'func':
        open = { head: funcHead(c), slots: [], blocks: [] };
        return;
      case 'license':
        c.next();
        license = text(c);
        endOfLine(c);
        return;
      case 'map':
        maps.push(mapDecl(c));
        return;
      case 'global':
        globals.push(global(c));
        return;
      case 'program':
        programs.push(program(c));
        return;
      case 'string': {
        c.next();
        const name = symbol(c);
        if (strings.has(name)) c.fail(`string ${name} is there already`);
        strings.set(name, text(c));
        endOfLine(c);
        return;
      }
      default:
        c.fail('expected license, map, global, string, program or func');
    }
  };

  const oneLine = (c: Cursor): void => {
    const inside: OpenFunc | null = open;
    if (inside === null) moduleLine(c);
    else if (c.peek() === '}') {
      open = null;
      funcs.push(closeFunc(c, inside));
    } else funcLine(c, inside);
  };

  for (let line = 0; line < file.lineStarts.length; line++) {
    const c = cursor(file, line, diagnostics);
    if (c.peek() === '') continue;
    try {
      oneLine(c);
    } catch (error) {
      if (error !== badLine) throw error;
      failed = true;
    }
  }
  if (open !== null) {
    const end = file.text.length;
    diagnostics.report('bad-ir', { file: file.id, start: end, end }, { what: "expected '}'" });
    failed = true;
  }
  return failed ? null : { funcs, programs, maps, globals, strings, license };
}
