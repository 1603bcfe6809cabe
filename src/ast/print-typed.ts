/**
 * The typed tree as text, for golden files.
 *
 *     func f(x int) (r0 bool) {
 *       return x:int < 10:int
 *     }
 *
 * Fully parenthesised, every leaf with its type, one statement a line. Deterministic: the order is the program's.
 */

import { typeString } from './type-string.ts';
import type { TBlock, TExpr, TFunc, TGlobal, TIf, TMap, TProgram, TStmt, TVar } from './typed.ts';
import type { ConstValue, Type } from './types.ts';

interface Printer {
  readonly lines: string[];
  readonly home: string;
}

export function printTyped(program: TProgram): string {
  const printer: Printer = { lines: [], home: program.path };
  const { lines } = printer;
  lines.push(`program ${program.name} license ${program.license}${kernel(program)}`);
  for (const entry of program.entries) {
    const panic = entry.panicValue === null ? '' : ` panic ${entry.panicValue}`;
    const slots = entry.slots.map((slot) => ` slot ${slot.table.name} ${slot.index}`).join('');
    lines.push(
      `entry ${entry.name} ${entry.attach}${entry.implied ? ' implied' : ''}${panic}${slots} = ${entry.func.name}`,
    );
  }
  for (const map of program.maps) lines.push(mapLine(printer, map));
  for (const global of program.globals) lines.push(globalLine(printer, global));
  for (const func of program.funcs) printFunc(printer, func);
  return `${lines.join('\n')}\n`;
}

function kernel(program: TProgram): string {
  return program.targetKernel === null ? '' : ` target ${program.targetKernel}`;
}

function type(p: Printer, t: Type): string {
  return typeString(t, p.home);
}

function mapLine(p: Printer, map: TMap): string {
  const args = map.typeArgs.map((arg) => type(p, arg)).join(', ');
  const options = [...map.options].map(([name, value]) => `${name}: ${constant(value)}`);
  const initial = [...map.initial].map(([name, value]) => `${name}: ${expr(p, value)}`);
  return `map ${map.name} ${map.goMap ? 'go ' : ''}${map.mapType}[${args}] {${[...options, ...initial].join(', ')}}`;
}

function globalLine(p: Printer, global: TGlobal): string {
  const init = global.init === null ? '' : ` = ${expr(p, global.init)}`;
  const pin = global.pin === null ? '' : ` pin ${global.pin}`;
  return `${global.config ? 'config' : 'var'} ${global.name} ${type(p, global.type)}${init}${pin}`;
}

function variable(p: Printer, v: TVar): string {
  const flags = (v.addressed ? '&' : '') + (v.captured ? '^' : '');
  return `${flags}${v.name} ${type(p, v.type)}`;
}

function variables(p: Printer, vars: readonly TVar[]): string {
  return `(${vars.map((v) => variable(p, v)).join(', ')})`;
}

function printFunc(p: Printer, func: TFunc): void {
  const marks = (func.noinline ? ' noinline' : '') + (func.kfunc === null ? '' : ` kfunc ${func.kfunc}`);
  const results = func.results.length === 0 ? '' : ` ${variables(p, func.results)}`;
  p.lines.push('', `func ${func.name}${variables(p, func.params)}${results}${marks} {`);
  block(p, func.body, 1);
  p.lines.push('}');
}

// ---------------------------------------------------------------- statements

function line(p: Printer, depth: number, text: string): void {
  p.lines.push('  '.repeat(depth) + text);
}

function block(p: Printer, b: TBlock, depth: number): void {
  for (const stmt of b.stmts) statement(p, stmt, depth);
}

function label(name: string | null): string {
  return name === null ? '' : `${name}: `;
}

function clause(p: Printer, stmt: TStmt | null, depth: number, name: string): void {
  if (stmt === null) return;
  line(p, depth, `${name}:`);
  statement(p, stmt, depth + 1);
}

function statement(p: Printer, stmt: TStmt, depth: number): void {
  switch (stmt.kind) {
    case 'block':
      line(p, depth, '{');
      block(p, stmt, depth + 1);
      line(p, depth, '}');
      return;
    case 'expr':
      line(p, depth, expr(p, stmt.x));
      return;
    case 'declare': {
      const values = stmt.values === null ? '' : ` = ${stmt.values.map((x) => expr(p, x)).join(', ')}`;
      line(p, depth, `var ${stmt.vars.map((v) => variable(p, v)).join(', ')}${values}`);
      return;
    }
    case 'assign':
      line(
        p,
        depth,
        `${stmt.lhs.map((l) => target(p, l)).join(', ')} = ${stmt.values.map((x) => expr(p, x)).join(', ')}`,
      );
      return;
    case 'opassign':
      line(p, depth, `${expr(p, stmt.x)} ${stmt.op}= ${expr(p, stmt.y)}`);
      return;
    case 'if':
      printIf(p, stmt, depth);
      return;
    case 'for':
      line(p, depth, `${label(stmt.label)}for ${stmt.cond === null ? '' : `${expr(p, stmt.cond)} `}{`);
      clause(p, stmt.init, depth + 1, 'init');
      clause(p, stmt.post, depth + 1, 'post');
      block(p, stmt.body, depth + 1);
      line(p, depth, '}');
      return;
    case 'range':
      line(
        p,
        depth,
        `${label(stmt.label)}for ${target(p, stmt.key)}, ${target(p, stmt.value)} range ${stmt.over} ${expr(p, stmt.x)} {`,
      );
      block(p, stmt.body, depth + 1);
      line(p, depth, '}');
      return;
    case 'switch':
      printSwitch(p, stmt, depth);
      return;
    case 'return':
      line(p, depth, `return ${stmt.values.map((x) => expr(p, x)).join(', ')}`.trimEnd());
      return;
    case 'branch':
      line(p, depth, stmt.label === null ? stmt.keyword : `${stmt.keyword} ${stmt.label}`);
      return;
    case 'labeled':
      line(p, depth, `${stmt.label}:`);
      statement(p, stmt.stmt, depth);
      return;
    case 'defer':
      line(p, depth, `defer ${expr(p, stmt.call)}`);
      return;
    default:
      stmt satisfies never;
  }
}

/** A chain of `else if` is printed in a loop. */
function printIf(p: Printer, stmt: TIf, depth: number): void {
  let word = 'if';
  for (let at: TIf | TBlock | null = stmt; at !== null; ) {
    if (at.kind === 'block') {
      line(p, depth, '} else {');
      block(p, at, depth + 1);
      break;
    }
    line(p, depth, `${word} ${expr(p, at.cond)} {`);
    clause(p, at.init, depth + 1, 'init');
    block(p, at.then, depth + 1);
    word = '} else if';
    at = at.else;
  }
  line(p, depth, '}');
}

function printSwitch(p: Printer, stmt: Extract<TStmt, { kind: 'switch' }>, depth: number): void {
  line(p, depth, `${label(stmt.label)}switch ${stmt.tag === null ? '' : `${expr(p, stmt.tag)} `}{`);
  clause(p, stmt.init, depth + 1, 'init');
  for (const c of stmt.cases) {
    line(p, depth, c.values === null ? 'default:' : `case ${c.values.map((x) => expr(p, x)).join(', ')}:`);
    for (const inside of c.body) statement(p, inside, depth + 1);
    if (c.fallthrough) line(p, depth + 1, 'fallthrough');
  }
  line(p, depth, '}');
}

function target(p: Printer, t: TExpr | TVar | null): string {
  if (t === null) return '_';
  return t.kind === 'var' ? `new ${variable(p, t)}` : expr(p, t);
}

// ---------------------------------------------------------------- expressions

function constant(value: ConstValue): string {
  switch (value.kind) {
    case 'bool':
    case 'int':
      return String(value.value);
    case 'rational':
      return `${value.num}/${value.den}`;
    case 'string':
      return `"${value.value.replace(/[^ !#-[\]-~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
    default:
      return value satisfies never;
  }
}

function list(p: Printer, args: readonly TExpr[]): string {
  return args.map((arg) => expr(p, arg)).join(', ');
}

function isBinary(x: TExpr): x is Extract<TExpr, { kind: 'arith' | 'shift' | 'compare' | 'logical' }> {
  return x.kind === 'arith' || x.kind === 'shift' || x.kind === 'compare' || x.kind === 'logical';
}

/** A left-deep chain is printed along its spine. */
function binary(p: Printer, x: TExpr): string {
  const tail: string[] = [];
  let opened = 0;
  let at = x;
  while (isBinary(at)) {
    const shown = at.kind === 'arith' || at.kind === 'shift' ? `:${type(p, at.type)}` : '';
    tail.push(` ${at.op} ${expr(p, at.y)})${shown}`);
    opened++;
    at = at.x;
  }
  return '('.repeat(opened) + expr(p, at) + tail.reverse().join('');
}

function expr(p: Printer, x: TExpr): string {
  switch (x.kind) {
    case 'const':
      return `${constant(x.value)}:${type(p, x.type)}`;
    case 'nil':
      return `nil:${type(p, x.type)}`;
    case 'varref':
      return `${x.var.name}:${type(p, x.type)}`;
    case 'globalref':
      return `global ${x.global.name}`;
    case 'mapref':
      return `map ${x.map.name}`;
    case 'funcref':
      return `func ${x.func.name}`;
    case 'funclit':
      return functionLiteral(p, x);
    case 'unary':
      return `(${x.op}${expr(p, x.x)})`;
    case 'arith':
    case 'shift':
    case 'compare':
    case 'logical':
      return binary(p, x);
    case 'convert':
      return `${type(p, x.type)}(${expr(p, x.x)})`;
    case 'field':
      return `${expr(p, x.x)}.${x.name}`;
    case 'deref':
      return `(*${expr(p, x.x)})`;
    case 'addr':
      return `(&${expr(p, x.x)})`;
    case 'index':
      return `${expr(p, x.x)}[${expr(p, x.i)}]`;
    case 'slice': {
      const bound = (b: TExpr | null): string => (b === null ? '' : expr(p, b));
      return `${expr(p, x.x)}[${bound(x.low)}:${bound(x.high)}${x.max === null ? '' : `:${bound(x.max)}`}]`;
    }
    case 'call':
      return `${x.func.name}(${list(p, x.args)})`;
    case 'closurecall':
      return `call ${expr(p, x.fn)}(${list(p, x.args)})`;
    case 'intrinsic': {
      const args = x.typeArgs.length === 0 ? '' : `[${x.typeArgs.map((t) => type(p, t)).join(', ')}]`;
      return `${x.name}${args}(${list(p, x.args)})`;
    }
    case 'composite':
      return `${type(p, x.type)}{${x.elements.map((e) => `${e.index}: ${expr(p, e.value)}`).join(', ')}}`;
    default:
      return x satisfies never;
  }
}

/** The body follows on lines of its own, indented under the statement that holds the literal. */
function functionLiteral(p: Printer, x: Extract<TExpr, { kind: 'funclit' }>): string {
  const inside: Printer = { lines: [], home: p.home };
  block(inside, x.body, 1);
  const captures = x.captures.length === 0 ? '' : ` captures [${x.captures.map((v) => v.name).join(', ')}]`;
  return `func${variables(p, x.params)} ${variables(p, x.results)}${captures} {\n${inside.lines.join('\n')}\n}`;
}
