/**
 * Checks that a module is well-formed SSA: what every pass may rely on and must keep.
 *
 *     verifyModule(m)   // [] or [{ where: '@main b0', message: 'add: argument 1 is ptr, wants i32', pos }]
 *
 * Types follow the op's row; every use is dominated by its definition (in reachable blocks); edges pass as many
 * values as the block has parameters; ids are unique and below the function's next ids; `aborted` stands directly
 * behind its `call`; calls agree with the callee or the helper's row. Never throws.
 */

import { dominators } from '../base/graph.ts';
import { noPos, type Pos } from '../base/source.ts';
import { type HelperRow, helpers } from '../bpf/helpers.ts';
import {
  type Block,
  type BlockId,
  type Func,
  type Instr,
  type IrType,
  type Module,
  type Target,
  type ValueId,
  widthOf,
} from './ir.ts';
import { type OperandType, opRow } from './ops.ts';
import { cfgOf, targetsOf, symbolOf } from './walk.ts';

export interface Problem {
  /** `@main b2`. */
  readonly where: string;
  readonly message: string;
  readonly pos: Pos;
}

export const formatProblem = (p: Problem): string => `${p.where}: ${p.message}`;

/** Helpers whose arguments after those of the row are the values that a format prints. */
const variadicHelpers: ReadonlySet<string> = new Set(['trace_printk']);
const helperRows: Readonly<Record<string, HelperRow>> = helpers;
const maxArgs = 5;

/** What calls and symbols of a module may refer to. */
interface Names {
  readonly funcs: ReadonlyMap<string, Func>;
  readonly maps: ReadonlySet<string>;
  readonly globals: ReadonlySet<string>;
  readonly strings: ReadonlySet<string>;
  readonly programs: ReadonlySet<string>;
}

interface Site {
  readonly block: number;
  /** Index in the body; -1 for parameters. */
  readonly index: number;
  readonly type: IrType;
}

export function verifyModule(module: Module): readonly Problem[] {
  const problems: Problem[] = [];
  const unique = (what: string, names: readonly string[]): ReadonlySet<string> => {
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name))
        problems.push({ where: 'module', message: `two ${what} are named ${name}`, pos: noPos });
      seen.add(name);
    }
    return seen;
  };
  unique(
    'functions',
    module.funcs.map((f) => f.name),
  );
  const names: Names = {
    funcs: new Map(module.funcs.map((f) => [f.name, f])),
    maps: unique(
      'maps',
      module.maps.map((m) => m.name),
    ),
    globals: unique(
      'globals',
      module.globals.map((g) => g.name),
    ),
    strings: new Set(module.strings.keys()),
    programs: unique(
      'programs',
      module.programs.map((p) => p.name),
    ),
  };
  for (const p of module.programs) {
    if (names.funcs.get(p.name)?.program !== p.name) {
      problems.push({ where: 'module', message: `program ${p.name} has no entry function`, pos: noPos });
    }
  }
  for (const g of module.globals) {
    if (g.init.length !== 0 && g.init.length !== g.size) {
      problems.push({
        where: 'module',
        message: `global ${g.name} has ${g.init.length} of ${g.size} bytes`,
        pos: noPos,
      });
    }
  }
  for (const f of module.funcs) verifyFunc(f, names, problems);
  return problems;
}

function verifyFunc(f: Func, names: Names, problems: Problem[]): void {
  const say = (block: Block | null, message: string, pos: Pos = f.pos): void => {
    problems.push({ where: `@${f.name}${block === null ? '' : ` b${block.id}`}`, message, pos });
  };
  const indexOf = new Map<BlockId, number>();
  f.blocks.forEach((b, i) => {
    if (indexOf.has(b.id)) say(b, `b${b.id} is there twice`);
    if (b.id >= f.nextBlock) say(b, `b${b.id} is not below the next free id`);
    indexOf.set(b.id, i);
  });
  checkSlots(f, say);
  if (f.program !== null && !names.programs.has(f.program)) say(null, `there is no program ${f.program}`);
  if (f.blocks.length === 0) {
    say(null, 'no entry block');
    return;
  }
  const sites = definitions(f, say);

  const seen = new Set<Instr>();
  for (const b of f.blocks) {
    b.body.forEach((instr, i) => {
      const complain = (message: string) => say(b, `${instr.op}: ${message}`, instr.pos);
      // Passes note what becomes of an instruction by the object.
      if (seen.has(instr)) complain('the same object stands in two places');
      seen.add(instr);
      checkArgs(instr, sites, complain);
      checkImm(instr, f, names, complain);
      if (instr.op === 'call') checkCall(instr, names, sites, complain);
      if (instr.op === 'helper') checkHelper(instr, complain);
      if (instr.op === 'aborted' && b.body[i - 1]?.op !== 'call')
        complain('stands not directly behind a call');
    });
    checkEnd(b, f, indexOf, sites, (message) => say(b, message, b.end.pos));
  }
  checkDominance(f, sites, say);
}

type Say = (block: Block | null, message: string, pos?: Pos) => void;
type Complain = (message: string) => void;

function checkSlots(f: Func, say: Say): void {
  const seen = new Set<number>();
  for (const s of f.slots) {
    if (seen.has(s.id)) say(null, `s${s.id} is there twice`, s.pos);
    if (s.id >= f.nextSlot) say(null, `s${s.id} is not below the next free id`, s.pos);
    if (s.size < 1) say(null, `s${s.id} has no bytes`, s.pos);
    if (![1, 2, 4, 8].includes(s.align)) say(null, `s${s.id}: no alignment is ${s.align}`, s.pos);
    seen.add(s.id);
  }
}

function definitions(f: Func, say: Say): ReadonlyMap<ValueId, Site> {
  const sites = new Map<ValueId, Site>();
  f.blocks.forEach((b, block) => {
    const define = (id: ValueId, type: IrType, index: number): void => {
      if (sites.has(id)) say(b, `v${id} is defined twice`);
      if (id >= f.nextValue) say(b, `v${id} is not below the next free id`);
      sites.set(id, { block, index, type });
    };
    for (const p of b.params) define(p.id, p.type, -1);
    b.body.forEach((i, index) => {
      if (i.result !== null) define(i.result, i.type, index);
    });
  });
  return sites;
}

function checkArgs(instr: Instr, sites: ReadonlyMap<ValueId, Site>, complain: Complain): void {
  const row = opRow(instr.op);
  const typeOf = (v: ValueId | undefined) => (v === undefined ? undefined : sites.get(v)?.type);
  if (row.result === 'none' && instr.result !== null) complain('has no result');
  if (instr.result === null && row.result !== 'none' && row.result !== 'optional') complain('wants a result');
  if (row.args === 'rest') {
    if (instr.args.length > maxArgs) {
      complain(`${instr.args.length} arguments, at most ${maxArgs} are possible`);
    }
    return;
  }
  if (instr.args.length !== row.args.length) {
    complain(`${instr.args.length} arguments, wants ${row.args.length}`);
    return;
  }
  const firstT = row.args.indexOf('T');
  const own = row.result === 'T' || firstT < 0 ? instr.type : (typeOf(instr.args[firstT]) ?? instr.type);
  const wanted = (t: OperandType): IrType | null =>
    t === 'any' ? null : t === 'T' ? own : t === 'A' ? (typeOf(instr.args[0]) ?? null) : t;
  row.args.forEach((t, i) => {
    const have = typeOf(instr.args[i]);
    const want = wanted(t);
    if (have !== undefined && want !== null && have !== want)
      complain(`argument ${i} is ${have}, wants ${want}`);
    if (t === 'T' && have === 'ptr') complain('computes on a pointer');
  });
  checkWidth(instr, row.access, own, typeOf(instr.args[1] ?? instr.args[0]), complain);
  if (instr.result === null || row.result === 'none') return;
  const result = row.result === 'optional' ? (firstT < 0 ? null : own) : wanted(row.result);
  if (result !== null && instr.type !== result) complain(`the result is ${instr.type}, wants ${result}`);
  if ((row.result === 'T' || firstT >= 0) && instr.type === 'ptr') complain('computes a pointer');
}

/** Memory accesses are not wider than the value they read or write. */
function checkWidth(
  instr: Instr,
  access: number | undefined,
  own: IrType,
  value: IrType | undefined,
  complain: Complain,
): void {
  if (access === undefined) return;
  if (instr.op.startsWith('atomic.')) {
    if (widthOf(own) !== access) complain(`a ${access}-bit access of an ${own}`);
  } else if (instr.op.startsWith('load.')) {
    if (access > widthOf(instr.type)) complain(`a ${access}-bit load into an ${instr.type}`);
    if (instr.type === 'ptr' && instr.op !== 'load.u64' && instr.op !== 'load.u32')
      complain('no pointer is so narrow');
  } else if (value !== undefined && access > widthOf(value)) {
    complain(`${access} bits of an ${value}`);
  }
}

function checkImm(instr: Instr, f: Func, names: Names, complain: Complain): void {
  const { imm } = instr;
  const kind = opRow(instr.op).imm;
  switch (kind) {
    case 'none':
      if (imm !== null) complain('takes no immediate');
      return;
    case 'int':
      if (typeof imm !== 'bigint') complain('wants an integer');
      else if (BigInt.asIntN(widthOf(instr.type), imm) !== imm)
        complain(`${imm} is not canonical in ${instr.type}`);
      else if (instr.type === 'ptr' && imm !== 0n) complain('the only constant pointer is 0');
      return;
    case 'offset':
      if (typeof imm !== 'number' || !Number.isInteger(imm)) complain('wants an offset');
      return;
    case 'size':
      if (typeof imm !== 'number' || !Number.isInteger(imm) || imm < 0) complain('wants a size');
      return;
    case 'slot':
      if (typeof imm !== 'object' || imm?.kind !== 'slot') complain('wants a slot');
      else if (!f.slots.some((s) => s.id === imm.slot)) complain(`there is no s${imm.slot}`);
      return;
    default:
      if (typeof imm !== 'object' || imm?.kind !== 'symbol') complain('wants a symbol');
      else if (!symbolExists(instr, imm.name, names)) complain(`there is no ${imm.name}`);
  }
}

function symbolExists(instr: Instr, name: string, names: Names): boolean {
  switch (instr.op) {
    case 'mapaddr':
    case 'mapvalue':
      return names.maps.has(name);
    case 'globaladdr':
      return names.globals.has(name);
    case 'stringaddr':
      return names.strings.has(name);
    case 'funcaddr':
    case 'call':
      return names.funcs.has(name);
    case 'helper':
      return Object.hasOwn(helperRows, name);
    default:
      return true;
  }
}

function checkCall(instr: Instr, names: Names, sites: ReadonlyMap<ValueId, Site>, complain: Complain): void {
  const callee =
    typeof instr.imm === 'object' && instr.imm?.kind === 'symbol'
      ? names.funcs.get(instr.imm.name)
      : undefined;
  const params = callee?.blocks[0]?.params;
  if (callee === undefined || params === undefined) return;
  if (params.length !== instr.args.length)
    complain(`${instr.args.length} arguments, @${callee.name} takes ${params.length}`);
  params.forEach((p, i) => {
    const have = sites.get(instr.args[i] ?? -1)?.type;
    if (have !== undefined && have !== p.type)
      complain(`argument ${i} is ${have}, @${callee.name} takes ${p.type}`);
  });
  if (instr.result !== null && instr.type !== callee.result)
    complain(`@${callee.name} gives ${callee.result ?? 'nothing'}`);
}

function checkHelper(instr: Instr, complain: Complain): void {
  const name = symbolOf(instr) ?? '';
  const row = Object.hasOwn(helperRows, name) ? helperRows[name] : undefined;
  if (row === undefined) return;
  const most = variadicHelpers.has(name) ? maxArgs : row.args.length;
  if (instr.args.length < row.args.length || instr.args.length > most) {
    complain(`${instr.args.length} arguments, ${name} takes ${row.args.length}`);
  }
}

function checkEnd(
  block: Block,
  f: Func,
  indexOf: ReadonlyMap<BlockId, number>,
  sites: ReadonlyMap<ValueId, Site>,
  complain: Complain,
): void {
  const edge = (t: Target): void => {
    const at = indexOf.get(t.block);
    if (at === undefined) {
      complain(`there is no b${t.block}`);
      return;
    }
    if (at === 0) complain('the entry has a predecessor');
    const params = f.blocks[at]!.params;
    if (params.length !== t.args.length) {
      complain(`b${t.block} has ${params.length} parameters, gets ${t.args.length}`);
      return;
    }
    params.forEach((p, i) => {
      const have = sites.get(t.args[i]!)?.type;
      if (have !== undefined && have !== p.type)
        complain(`parameter ${i} of b${t.block} is ${p.type}, gets ${have}`);
    });
  };
  const { end } = block;
  switch (end.kind) {
    case 'jump':
      edge(end.target);
      return;
    case 'branch':
      if ((sites.get(end.cond)?.type ?? 'i32') !== 'i32') complain('the condition of a branch is an i32');
      edge(end.then);
      edge(end.else);
      return;
    case 'return': {
      const have = end.value === null ? null : sites.get(end.value)?.type;
      if (have !== undefined && have !== f.result) {
        complain(`returns ${have ?? 'nothing'}, wants ${f.result ?? 'nothing'}`);
      }
      return;
    }
    case 'abort':
    case 'unreachable':
      return;
  }
}

function checkDominance(f: Func, sites: ReadonlyMap<ValueId, Site>, say: Say): void {
  const dom = dominators(cfgOf(f));
  const reachable = new Set(dom.preorder);
  f.blocks.forEach((b, block) => {
    const use = (v: ValueId, index: number, pos: Pos): void => {
      const site = sites.get(v);
      if (site === undefined) {
        say(b, `v${v} is not defined`, pos);
        return;
      }
      if (!reachable.has(block)) return;
      const ok = site.block === block ? site.index < index : dom.dominates(site.block, block);
      if (!ok) say(b, `v${v} is used where it is not defined on every path`, pos);
    };
    b.body.forEach((i, index) => {
      for (const v of i.args) use(v, index, i.pos);
    });
    const end = b.body.length;
    if (b.end.kind === 'branch') use(b.end.cond, end, b.end.pos);
    if (b.end.kind === 'return' && b.end.value !== null) use(b.end.value, end, b.end.pos);
    for (const t of targetsOf(b.end)) for (const v of t.args) use(v, end, b.end.pos);
  });
}
