/**
 * The SSA form as text (`.ir`); parse.ts is the exact inverse: parse(print(m)) equals m.
 *
 *     license "GPL"
 *     map @hits hash key 4 value 8 entries 1024 flags 0
 *     global @limit .rodata size 4 align 4 = 0a000000
 *     string @s0 "found %d"
 *     program @main section "xdp" abort 0
 *
 *     func @main(v0: ptr) -> i32 program @main { !5:6
 *       slot s0 4 align 4 "key" !6:2
 *     b0:
 *       v1: i32 = const 5 !6:10
 *       …
 *     }
 *
 * Names outside of letters, digits, `_ . $` are quoted: `@"Pair[uint32]"`. A position is `!line:col`, or
 * `!file:line:col` in a file other than the first; none for compiler-made code. The clause `next v9 b3 s1` stands
 * only where the free ids are not those that follow the largest in use.
 */

import { assert, unreachable } from '../base/assert.ts';
import type { Pos } from '../base/source.ts';
import type { Block, Func, Global, Instr, MapDecl, Module, Program, Slot, Target, Terminator } from './ir.ts';
import { opRow } from './ops.ts';

/** A string in JSON's escapes, ASCII only. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const symbol = (name: string): string => (/^[\w.$]+$/.test(name) ? `@${name}` : `@${quoted(name)}`);

export function printPos(pos: Pos): string {
  if (pos.file !== 0) return ` !${pos.file}:${pos.line}:${pos.col}`;
  return pos.line === 0 && pos.col === 0 ? '' : ` !${pos.line}:${pos.col}`;
}

const displacement = (offset: number): string => (offset < 0 ? ` - ${-offset}` : ` + ${offset}`);
const optionalDisplacement = (offset: number): string => (offset === 0 ? '' : displacement(offset));

const values = (args: readonly number[]): string => args.map((v) => `v${v}`).join(', ');

function operands(i: Instr): string {
  const row = opRow(i.op);
  const { imm } = i;
  switch (row.imm) {
    case 'none':
      return values(i.args);
    case 'int':
      return String(imm);
    case 'offset': {
      assert(typeof imm === 'number', `${i.op} takes an offset`);
      const rest = i.args.slice(1);
      return `v${i.args[0]}${displacement(imm)}${rest.length > 0 ? `, ${values(rest)}` : ''}`;
    }
    case 'size':
      return `${values(i.args)}, ${imm}`;
    case 'slot':
      assert(typeof imm === 'object' && imm?.kind === 'slot', `${i.op} takes a slot`);
      return `s${imm.slot}${optionalDisplacement(imm.offset)}`;
    case 'symbol':
    case 'helper':
      assert(typeof imm === 'object' && imm?.kind === 'symbol', `${i.op} takes a symbol`);
      return `${symbol(imm.name)}${optionalDisplacement(imm.offset)}${row.args === 'rest' ? `(${values(i.args)})` : ''}`;
    default:
      return unreachable('kinds of immediates', row.imm);
  }
}

/** `v1: i32 = const 5 !6:10`. */
export function printInstr(i: Instr): string {
  const result = i.result === null ? '' : `v${i.result}: ${i.type} = `;
  return `${result}${`${i.op} ${operands(i)}`.trimEnd()}${printPos(i.pos)}`;
}

const printTarget = (t: Target): string => `b${t.block}${t.args.length > 0 ? `(${values(t.args)})` : ''}`;

export function printTerminator(t: Terminator): string {
  const pos = printPos(t.pos);
  switch (t.kind) {
    case 'jump':
      return `jump ${printTarget(t.target)}${pos}`;
    case 'branch':
      return `branch v${t.cond}, ${printTarget(t.then)}, ${printTarget(t.else)}${pos}`;
    case 'return':
      return `return${t.value === null ? '' : ` v${t.value}`}${pos}`;
    case 'abort':
    case 'unreachable':
      return `${t.kind}${pos}`;
    default:
      return unreachable('kinds of terminators', t);
  }
}

const params = (block: Block): string => block.params.map((p) => `v${p.id}: ${p.type}`).join(', ');

function printBlock(block: Block, entry: boolean): string[] {
  const head = entry || block.params.length === 0 ? `b${block.id}:` : `b${block.id}(${params(block)}):`;
  return [head, ...block.body.map((i) => `  ${printInstr(i)}`), `  ${printTerminator(block.end)}`];
}

/** The free ids that follow the largest in use. */
export function tightIds(f: Pick<Func, 'blocks' | 'slots'>): { value: number; block: number; slot: number } {
  const ids = { value: 0, block: 0, slot: 0 };
  for (const slot of f.slots) ids.slot = Math.max(ids.slot, slot.id + 1);
  for (const block of f.blocks) {
    ids.block = Math.max(ids.block, block.id + 1);
    for (const p of block.params) ids.value = Math.max(ids.value, p.id + 1);
    for (const i of block.body) if (i.result !== null) ids.value = Math.max(ids.value, i.result + 1);
  }
  return ids;
}

function printSlot(s: Slot): string {
  return `  slot s${s.id} ${s.size} align ${s.align}${s.name === '' ? '' : ` ${quoted(s.name)}`}${printPos(s.pos)}`;
}

export function printFunc(f: Func): string {
  const ids = tightIds(f);
  const tight = ids.value === f.nextValue && ids.block === f.nextBlock && ids.slot === f.nextSlot;
  const entry = f.blocks[0];
  assert(entry !== undefined, `${f.name} has an entry block`);
  const head = [
    `func ${symbol(f.name)}(${params(entry)})`,
    f.result === null ? '' : ` -> ${f.result}`,
    f.program === null ? '' : ` program ${symbol(f.program)}`,
    f.noinline ? ' noinline' : '',
    tight ? '' : ` next v${f.nextValue} b${f.nextBlock} s${f.nextSlot}`,
    ` {${printPos(f.pos)}`,
  ];
  return [
    head.join(''),
    ...f.slots.map(printSlot),
    ...f.blocks.flatMap((b, i) => printBlock(b, i === 0)),
    '}',
  ].join('\n');
}

const printMap = (m: MapDecl): string =>
  `map ${symbol(m.name)} ${m.type} key ${m.keySize} value ${m.valueSize} entries ${m.maxEntries} flags ${m.flags}${m.pin ? ' pin' : ''}${m.holds === undefined ? '' : ` holds ${m.holds.join(' ')}`}`;

const printGlobal = (g: Global): string =>
  `global ${symbol(g.name)} ${g.section} size ${g.size} align ${g.align}${g.weak === true ? ' weak' : ''}${
    g.init.length === 0 ? '' : ` = ${Array.from(g.init, (b) => b.toString(16).padStart(2, '0')).join('')}`
  }`;

const printProgram = (p: Program): string =>
  `program ${symbol(p.name)} section ${quoted(p.section)} abort ${p.abortValue}`;

export function printModule(m: Module): string {
  const head = [
    `license ${quoted(m.license)}`,
    ...m.maps.map(printMap),
    ...m.globals.map(printGlobal),
    ...Array.from(m.strings, ([name, text]) => `string ${symbol(name)} ${quoted(text)}`),
    ...m.programs.map(printProgram),
  ].join('\n');
  return `${[head, ...m.funcs.map(printFunc)].join('\n\n')}\n`;
}
