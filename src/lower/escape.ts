/**
 * Where addresses of locals go. A local is a slot of its function's frame, one for all rounds of a loop, so that
 *
 *     for i := range 3 { n := Node{next: head}; head = &n }     is an error: all three nodes would be one,
 *     func mk() *Node { return &Node{} }                        is expanded at its calls, into the caller's frame,
 *     func at(a *[4]int, i int) *int { return &a[i] }           too: the kernel lets no callee hand out stack pointers.
 *
 * Flow-insensitive: for each variable, the locals that can be reached from its value. Invariant: what is not reported
 * never outlives the round of the loop in which it was made, nor its frame.
 */

import type { TBlock, TExpr, TFunc, TFuncLit, TIf, TStmt, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { under } from '../check/types.ts';
import { children } from './analysis.ts';
import { contextName } from './intrinsics/contexts.ts';

/** A variable, or what an expression makes: `&T{}`, `new(T)`, `[]T{}`, the result of a function that returns its own. */
type Cell = TVar | TExpr | Outside;

/** What a parameter leads to. */
interface Outside {
  readonly kind: 'outside';
}

export interface Escapes {
  /** A result can point to a local of the function. */
  readonly returnsLocals: boolean;
  /** A result can point to what a parameter points to. */
  readonly returnsParams: boolean;
  /** Through a pointer that it is given the function can store another one. */
  readonly storesPointers: boolean;
  /** Locals that outlive their round of a loop: where the address is taken. */
  readonly outliving: readonly { readonly span: Span; readonly name: string }[];
}

const nothing: Escapes = {
  returnsLocals: false,
  returnsParams: false,
  storesPointers: false,
  outliving: [],
};
const known = new WeakMap<TFunc, Escapes>();

export function escapes(func: TFunc): Escapes {
  const before = known.get(func);
  if (before !== undefined) return before;
  // Recursion is refused elsewhere; until then it hides nothing.
  known.set(func, nothing);
  const result = analyse(func);
  known.set(func, result);
  return result;
}

/** Can a value of the type lead to an object? */
export function mayPoint(type: Type): boolean {
  const u = under(type);
  switch (u.kind) {
    case 'pointer':
    case 'slice':
    case 'func':
      return true;
    case 'basic':
      return u.name === 'unsafe.Pointer';
    case 'array':
      return mayPoint(u.elem);
    case 'struct':
      return u.fields.some((field) => mayPoint(field.type));
    case 'tuple':
      return u.types.some(mayPoint);
    default:
      return false;
  }
}

/** Can it lead to a variable of a caller? The context is the kernel's. */
const leadsOut = (type: Type): boolean => mayPoint(type) && contextName(type) === null;

/** Enclosing loops and closures, innermost last. */
type Path = readonly (TStmt | TFuncLit)[];

interface Graph {
  readonly reach: Map<Cell, Set<Cell>>;
  /** `to` can hold what `from` holds. */
  readonly copies: { readonly to: Cell; readonly from: Cell }[];
  /** `from` can be stored in what `through` leads to. */
  readonly stores: { readonly through: Cell; readonly from: Cell }[];
  readonly home: Map<Cell, Path>;
  /** Where an address was taken. */
  readonly taken: Map<Cell, Span>;
  readonly literals: TFuncLit[];
  storesPointers: boolean;
}

interface Scope {
  readonly graph: Graph;
  readonly path: Path;
  /** The variables that `return` writes. */
  readonly results: readonly TVar[];
}

function analyse(func: TFunc): Escapes {
  const graph: Graph = {
    reach: new Map(),
    copies: [],
    stores: [],
    home: new Map(),
    taken: new Map(),
    literals: [],
    storesPointers: false,
  };
  const scope: Scope = { graph, path: [], results: func.results };
  for (const v of [...func.params, ...func.results]) graph.home.set(v, []);
  for (const v of func.params) if (leadsOut(v.type)) reached(graph, v).add({ kind: 'outside' });
  block(scope, func.body);
  solve(graph);
  const returns = (outside: boolean): boolean =>
    func.results.some(
      (v) => mayPoint(v.type) && [...reached(graph, v)].some((cell) => (cell.kind === 'outside') === outside),
    );
  return {
    returnsLocals: returns(false),
    returnsParams: returns(true),
    storesPointers: graph.storesPointers,
    outliving: outliving(graph),
  };
}

function reached(graph: Graph, cell: Cell): Set<Cell> {
  let set = graph.reach.get(cell);
  if (set === undefined) {
    set = new Set();
    graph.reach.set(cell, set);
  }
  return set;
}

/** Adds until nothing is new; sizes only grow. */
function solve(graph: Graph): void {
  const include = (to: Set<Cell>, from: Set<Cell>): boolean => {
    const before = to.size;
    for (const cell of from) to.add(cell);
    return to.size > before;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const { to, from } of graph.copies)
      changed = include(reached(graph, to), reached(graph, from)) || changed;
    for (const { through, from } of graph.stores) {
      for (const cell of [through, ...reached(graph, through)])
        changed = include(reached(graph, cell), reached(graph, from)) || changed;
    }
    for (const set of [...graph.reach.values()])
      for (const cell of [...set]) changed = include(set, reached(graph, cell)) || changed;
  }
}

function outliving(graph: Graph): Escapes['outliving'] {
  const found = new Map<Cell, Span>();
  for (const [holder, set] of graph.reach) {
    const outside = graph.home.get(holder);
    if (outside === undefined) continue;
    for (const cell of set) {
      const inside = graph.home.get(cell);
      const span = graph.taken.get(cell);
      if (inside === undefined || span === undefined) continue;
      if (inside.some((loop, i) => outside[i] !== loop)) found.set(cell, span);
    }
  }
  return [...found].map(([cell, span]) => ({ span, name: cell.kind === 'var' ? cell.name : 'this value' }));
}

// ---------------------------------------------------------------- statements

function block(s: Scope, x: TBlock): void {
  for (const stmt of x.stmts) statement(s, stmt);
}

function declare(s: Scope, v: TVar): void {
  s.graph.home.set(v, s.path);
}

/** `to` gets the value of `from`. */
function flow(s: Scope, to: Cell, from: TExpr): void {
  if (mayPoint(from.type)) s.graph.copies.push({ to, from: visit(s, from) });
  else visit(s, from);
}

function assign(s: Scope, to: TExpr | TVar | null, value: Cell, type: Type): void {
  if (to === null) return;
  if (to.kind === 'var') {
    declare(s, to);
    if (mayPoint(type)) s.graph.copies.push({ to, from: value });
    return;
  }
  visit(s, to);
  if (!mayPoint(to.type)) return;
  const { cell, direct } = rootOf(s, to);
  if (direct) s.graph.copies.push({ to: cell, from: value });
  else {
    s.graph.storesPointers = true;
    s.graph.stores.push({ through: cell, from: value });
  }
}

function statement(s: Scope, stmt: TStmt): void {
  const inside: Scope = { ...s, path: [...s.path, stmt] };
  switch (stmt.kind) {
    case 'block':
      block(s, stmt);
      return;
    case 'expr':
      visit(s, stmt.x);
      return;
    case 'declare':
      for (const v of stmt.vars) declare(s, v);
      for (const [i, x] of (stmt.values ?? []).entries()) {
        const targets = stmt.values?.length === stmt.vars.length ? [stmt.vars[i]!] : stmt.vars;
        for (const v of targets) flow(s, v, x);
      }
      return;
    case 'assign':
      for (const [i, x] of stmt.values.entries()) {
        const cell = visit(s, x);
        const targets = stmt.values.length === stmt.lhs.length ? [stmt.lhs[i]!] : stmt.lhs;
        for (const to of targets) assign(s, to, cell, x.type);
      }
      return;
    case 'opassign':
      visit(s, stmt.x);
      visit(s, stmt.y);
      return;
    case 'if':
      ifChain(s, stmt);
      return;
    case 'for':
      // The variables of the init statement are new in each round.
      if (stmt.init !== null) statement(inside, stmt.init);
      if (stmt.cond !== null) visit(inside, stmt.cond);
      if (stmt.post !== null) statement(inside, stmt.post);
      block(inside, stmt.body);
      return;
    case 'range': {
      const over = visit(s, stmt.x);
      assign(inside, stmt.key, over, stmt.x.type);
      assign(inside, stmt.value, over, stmt.x.type);
      block(inside, stmt.body);
      return;
    }
    case 'switch':
      if (stmt.init !== null) statement(s, stmt.init);
      if (stmt.tag !== null) visit(s, stmt.tag);
      for (const clause of stmt.cases) {
        for (const x of clause.values ?? []) visit(s, x);
        for (const inner of clause.body) statement(s, inner);
      }
      return;
    case 'return':
      for (const [i, x] of stmt.values.entries()) {
        const targets = stmt.values.length === s.results.length ? [s.results[i]!] : s.results;
        for (const v of targets) flow(s, v, x);
      }
      return;
    case 'branch':
      return;
    case 'labeled':
      statement(s, stmt.stmt);
      return;
    case 'defer':
      visit(s, stmt.call);
      return;
    default:
      stmt satisfies never;
  }
}

function ifChain(s: Scope, first: TIf): void {
  let stmt: TIf | TBlock | null = first;
  while (stmt !== null && stmt.kind === 'if') {
    if (stmt.init !== null) statement(s, stmt.init);
    visit(s, stmt.cond);
    block(s, stmt.then);
    stmt = stmt.else;
  }
  if (stmt !== null) block(s, stmt);
}

// ---------------------------------------------------------------- expressions

/** The variable in whose memory a place lies (`direct`), or the cell that leads to it. */
function rootOf(s: Scope, x: TExpr): { readonly cell: Cell; readonly direct: boolean } {
  let root = x;
  for (;;) {
    if (root.kind === 'field' || root.kind === 'convert') root = root.x;
    else if (root.kind === 'index' && under(root.x.type).kind === 'array') root = root.x;
    else if (root.kind === 'deref' || root.kind === 'index') return { cell: visit(s, root.x), direct: false };
    else break;
  }
  return root.kind === 'varref' ? { cell: root.var, direct: true } : { cell: visit(s, root), direct: true };
}

/** A cell for the value of an expression; most are of no interest and lead nowhere. */
function visit(s: Scope, x: TExpr): Cell {
  const { graph } = s;
  if (x.kind === 'varref') return x.var;
  if (graph.reach.has(x)) return x;
  const set = reached(graph, x);
  switch (x.kind) {
    case 'addr':
      addressOf(s, x, x.x, set);
      return x;
    case 'slice':
      if (under(x.x.type).kind === 'array') addressOf(s, x, x.x, set);
      else graph.copies.push({ to: x, from: visit(s, x.x) });
      for (const bound of [x.low, x.high, x.max]) if (bound !== null) visit(s, bound);
      return x;
    case 'field':
    case 'deref':
    case 'index':
    case 'convert':
      for (const child of children(x)) visit(s, child);
      if (mayPoint(x.type)) graph.copies.push({ to: x, from: visit(s, x.x) });
      return x;
    case 'composite':
      for (const { value } of x.elements) flow(s, x, value);
      if (under(x.type).kind === 'slice') made(s, x, set);
      return x;
    case 'funclit':
      closure(s, x, set);
      return x;
    case 'call':
    case 'closurecall':
      call(s, x, set);
      return x;
    case 'intrinsic':
      for (const arg of x.args) visit(s, arg);
      if (x.name === 'builtin.new') made(s, x, set);
      if (x.name.startsWith('unsafe.')) for (const arg of x.args) flow(s, x, arg);
      return x;
    default:
      for (const child of spine(x)) visit(s, child);
      return x;
  }
}

/** Children of operators, left-deep chains flattened so that they need no stack. */
function spine(root: TExpr): readonly TExpr[] {
  const leaves: TExpr[] = [];
  const work: TExpr[] = [root];
  for (let x = work.pop(); x !== undefined; x = work.pop()) {
    if (x.kind === 'arith' || x.kind === 'shift' || x.kind === 'compare' || x.kind === 'logical')
      work.push(x.x, x.y);
    else if (x !== root) leaves.push(x);
    else work.push(...children(x));
  }
  return leaves;
}

/** What the expression makes lives where it stands. */
function made(s: Scope, x: TExpr, set: Set<Cell>): void {
  s.graph.home.set(x, s.path);
  s.graph.taken.set(x, x.span);
  set.add(x);
}

function addressOf(s: Scope, x: TExpr, of: TExpr, set: Set<Cell>): void {
  const { cell, direct } = rootOf(s, of);
  for (const child of children(of)) visit(s, child);
  if (!direct) {
    s.graph.copies.push({ to: x, from: cell });
    return;
  }
  if (cell.kind !== 'var') {
    s.graph.home.set(cell, s.path);
  }
  s.graph.taken.set(cell, x.span);
  set.add(cell);
}

/** A closure leads to what it captures; its body may run in many rounds. */
function closure(s: Scope, x: TFuncLit, set: Set<Cell>): void {
  s.graph.literals.push(x);
  for (const v of x.captures) {
    set.add(v);
    if (!s.graph.taken.has(v)) s.graph.taken.set(v, x.span);
  }
  const inside: Scope = { ...s, path: [...s.path, x], results: x.results };
  for (const v of [...x.params, ...x.results]) declare(inside, v);
  block(inside, x.body);
}

function call(s: Scope, x: TExpr & { kind: 'call' | 'closurecall' }, set: Set<Cell>): void {
  const args = x.args.map((arg) => visit(s, arg)).filter((_, i) => mayPoint(x.args[i]!.type));
  const { copies, stores } = s.graph;
  if (x.kind === 'call') {
    const callee = escapes(x.func);
    if (callee.returnsLocals) made(s, x, set);
    if (callee.storesPointers)
      for (const through of args) for (const from of args) stores.push({ through, from });
  } else {
    copies.push({ to: x, from: visit(s, x.fn) });
    for (const literal of s.graph.literals) {
      if (literal.params.length !== x.args.length) continue;
      for (const [i, arg] of x.args.entries()) flow(s, literal.params[i]!, arg);
      for (const v of literal.results) copies.push({ to: x, from: v });
    }
  }
  if (mayPoint(x.type) && (x.kind === 'closurecall' || escapes(x.func).returnsParams))
    for (const from of args) copies.push({ to: x, from });
}
