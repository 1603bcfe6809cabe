/**
 * Declarations of kernel functions, compared with the table of their prototypes.
 *
 *     //bpf:kfunc bpf_iter_num_new
 *     func iterNew(it *IterNum, start, end int64) int32      error: its parameter end is int32, not int64
 *
 * The parameters are the C function's, without those that the kernel itself fills in; a constant string stands for
 * `const char *…__str`. A struct of the kernel is a partial struct of the same name, or an opaque one.
 */

import type { TFunc, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import {
  type KfuncParam,
  type KfuncPrototype,
  type KfuncType,
  kfuncPrototype,
  kfuncRow,
  kfuncStructSize,
  pointedStruct,
} from '../bpf/kfuncs.ts';
import { directivesNamed } from './directives.ts';
import { sizeof } from './layout.ts';
import type { Checker, FuncEntity } from './scope.ts';
import { isInvalid, isSigned, typeString, under } from './types.ts';

/** Reports what is wrong with the declaration of a kernel function. */
export function checkKernelFunction(checker: Checker, entity: FuncEntity): void {
  const directive = directivesNamed(entity.directives, 'kfunc')[0];
  const func = entity.opaque?.func;
  if (directive === undefined || func === undefined) return;
  const name = directive.text;
  const prototype = kfuncPrototype(name);
  const { diagnostics } = checker;
  if (prototype === null) {
    diagnostics.report('kfunc-unknown', directive.span, { name });
    return;
  }
  const refused = prototype.params.find((p) => foreign(p) !== null);
  if (refused !== undefined) {
    const what = foreign(refused) ?? '';
    diagnostics.report('kfunc-not-for-go', directive.span, { name, param: refused.name, what });
    return;
  }
  const problem = problemOf(func, prototype);
  if (problem === null) return;
  diagnostics.report('kfunc-signature', problem.at?.span ?? func.nameSpan, {
    name,
    problem: problem.text,
    prototype: cPrototype(name),
    expected: goSignature(prototype),
  });
}

/** What no Go value can be, or null. */
function foreign(param: KfuncParam): string | null {
  if (param.type.kind === 'ptr' && param.type.to.kind === 'func') return 'a function';
  return param.name === 'local_type_id__k' ? 'a type of the program' : null;
}

interface Problem {
  readonly text: string;
  /** The parameter; null: the result, or their number. */
  readonly at: TVar | null;
}

function problemOf(func: TFunc, { params, result }: KfuncPrototype): Problem | null {
  const given = params.filter((p) => !p.hidden);
  if (func.params.length !== given.length)
    return { text: `it takes ${given.length} arguments, not ${func.params.length}`, at: null };
  for (const [i, param] of given.entries()) {
    const v = func.params[i];
    if (v === undefined || isInvalid(v.type)) continue;
    const wrong = mismatch(v.type, param);
    if (wrong !== null) return { text: `its parameter ${param.name} ${wrong}`, at: v };
  }
  const [value, second] = func.results;
  if (second !== undefined) return { text: 'it has one result', at: second };
  if (value === undefined) return null;
  if (result.kind === 'void') return { text: 'it has no result', at: value };
  const wrong = mismatch(value.type, { name: '', type: result, hidden: false });
  return wrong === null ? null : { text: `its result ${wrong}`, at: value };
}

/** Why a Go type is not the parameter's; null where it is. */
function mismatch(type: Type, { name, type: wanted }: KfuncParam): string | null {
  const u = under(type);
  const no = `is ${goType(name, wanted)}, not ${typeString(type)}`;
  if (isText(name)) return u.kind === 'basic' && u.name === 'string' ? null : no;
  if (u.kind === 'basic' && u.name === 'string') return mayBeText(name, wanted) ? null : no;
  switch (wanted.kind) {
    case 'int':
      if (u.kind !== 'basic' || u.name === 'string' || u.name === 'unsafe.Pointer') return no;
      if ((wanted.name === 'bool') !== (u.name === 'bool')) return no;
      return sizeof(u) === wanted.size && (wanted.name === 'bool' || isSigned(u) === wanted.signed)
        ? null
        : no;
    case 'enum':
      return u.kind === 'basic' && (u.name === 'int32' || u.name === 'uint32') ? null : no;
    case 'ptr':
      return pointerMismatch(type, wanted.to, no);
    case 'void':
    case 'func':
    case 'struct':
    case 'union':
      return no;
    default:
      return wanted satisfies never;
  }
}

function pointerMismatch(type: Type, to: KfuncType, no: string): string | null {
  const u = under(type);
  if (u.kind === 'basic' && u.name === 'unsafe.Pointer') return null;
  if (u.kind === 'map' || (u.kind === 'struct' && to.kind !== 'int')) return null;
  if (u.kind !== 'pointer') return no;
  const elem = under(u.elem);
  if (to.kind === 'void' || to.kind === 'union' || to.kind === 'ptr' || to.kind === 'enum') return null;
  if (to.kind === 'int') return elem.kind === 'basic' && sizeof(elem) === to.size ? null : no;
  if (to.kind !== 'struct' || elem.kind !== 'struct') return no;
  const core = u.elem.kind === 'named' && u.elem.origin?.kind === 'core' ? u.elem.origin.name : null;
  if (core !== null) return core === to.name ? null : no;
  const size = kfuncStructSize(to.name);
  if (size !== null && sizeof(elem) !== size)
    return `points to ${size} bytes, and ${typeString(u.elem)} has ${sizeof(elem)}`;
  return null;
}

const isText = (name: string): boolean => name.endsWith('__str');

/** Characters of which the verifier asks nothing. */
const mayBeText = (name: string, type: KfuncType): boolean =>
  name.endsWith('__ign') && type.kind === 'ptr' && type.to.kind === 'int' && type.to.name === 'char';

/** How a parameter is spelled in Go. */
function goType(name: string, type: KfuncType): string {
  if (isText(name) || mayBeText(name, type)) return 'string';
  switch (type.kind) {
    case 'int':
      if (type.name === 'bool') return 'bool';
      return `${type.signed ? '' : 'u'}int${type.size * 8}`;
    case 'enum':
      return 'int32';
    case 'ptr':
      if (type.to.kind === 'struct') return `*T (struct ${type.to.name})`;
      return type.to.kind === 'int' ? `*${goType('', type.to)}` : 'unsafe.Pointer';
    default:
      return 'unsafe.Pointer';
  }
}

/** What stands behind `func(`. */
function goSignature({ params, result }: KfuncPrototype): string {
  const list = params.filter((p) => !p.hidden).map((p) => `${p.name} ${goType(p.name, p.type)}`);
  return `${list.join(', ')})${result.kind === 'void' ? '' : ` ${goType('', result)}`}`;
}

function cPrototype(name: string): string {
  const row = kfuncRow(name);
  if (row === null) return name;
  const space = row.result.endsWith('*') ? '' : ' ';
  return `${row.result}${space}${name}(${row.params.join(', ') || 'void'})`;
}

/** The struct of the kernel that a declared result is, where its layout is the kernel's and not the declaration's. */
export const resultStruct = (name: string): string | null => {
  const result = kfuncPrototype(name)?.result;
  return result === undefined ? null : pointedStruct(result);
};
