/**
 * The type checker: syntax trees of a package in, a typed program out.
 *
 *     package main; func main() { bpf.TracePrintk("hi\n") }
 *       →   TProgram with func main, body intrinsic bpf.TracePrintk(const "hi\n"), entry main (implied)
 *
 * Pure: user packages come through `packages`, errors go to `diagnostics`, in source order. The result is null when
 * there was an error.
 */

import type { File } from '../ast/ast.ts';
import type { TProgram } from '../ast/typed.ts';
import { assert } from '../base/assert.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import type { SourceFile } from '../base/source.ts';
import { checkInstance, drain } from './body.ts';
import { checkCycles } from './cycles.ts';
import { instantiateType, isGeneric, isGenericFunc, opaqueInstance, resolveType } from './instances.ts';
import { collectPackage } from './packages.ts';
import { checkKernelFunction } from './kfuncs.ts';
import { makeProgram } from './program.ts';
import { requireFinite } from './recursive.ts';
import { checkInitialiser, requireValueCount, resolveConst, resolveGlobal } from './resolve.ts';
import type { Checker, PackageSource, TypeEntity } from './scope.ts';
import { under } from './types.ts';
import { checkConstraint, checkTypeOrInterface, opaqueParams } from './typexpr.ts';
import { universe } from './universe.ts';

export interface CheckInput {
  readonly files: readonly File[];
  /** Every source file whose spans can occur, those of user packages included. */
  readonly sources: readonly SourceFile[];
  /** Module path of the root package, or ''. */
  readonly root: string;
  /** A package of the user's module by import path; null: there is none. */
  readonly packages: (importPath: string) => PackageSource | null;
}

export function check(input: CheckInput, diagnostics: Diagnostics): TProgram | null {
  const found = diagnostics.fork();
  const rootPath = input.root === '' ? (input.files[0]?.name.name ?? 'main') : input.root;
  const checker: Checker = {
    diagnostics: found,
    sources: new Map(input.sources.map((source) => [source.id, source])),
    rootPath,
    universe: universe(),
    packages: new Map(),
    loadUser: input.packages,
    queue: [],
    consts: [],
    globals: [],
    funcs: [],
    types: [],
    imports: [],
    fileDirectives: [],
    edges: [],
    reads: new Map(),
    stateless: new Set(),
    textErrors: new Diagnostics(),
    silence: new Diagnostics(),
    panics: new Set(),
    later: [],
    nextVar: 0,
    resolving: [],
    skipped: false,
  };
  const root = collectPackage(checker, rootPath, input.files, found);
  resolveDeclarations(checker);
  for (let next = checker.queue.shift(); next !== undefined; next = checker.queue.shift())
    checkInstance(next);
  drain(checker.later);
  for (const entity of checker.funcs) checkKernelFunction(checker, entity);
  checkCycles(checker);
  for (const { entity, path, sink } of checker.imports)
    if (!entity.used && !checker.skipped)
      sink.report('unused-import', entity.span, { path, name: entity.name });
  const program = makeProgram(checker, root);
  const [wrong] = checker.textErrors.list;
  assert(wrong === undefined, `a declaration text is wrong: ${wrong?.message}`);
  publish(found, diagnostics);
  return found.failed ? null : program;
}

function resolveDeclarations(checker: Checker): void {
  for (const entity of checker.types) checkTypeDeclaration(entity);
  for (const entity of checker.consts) {
    const { source } = entity;
    if (source === null) continue;
    resolveConst(entity, source.env, entity.span);
    if (source.index === 0) requireValueCount(source.env, source.decl);
  }
  for (const entity of checker.globals) resolveGlobal(entity, entity.env, entity.span);
  for (const entity of checker.globals) checkInitialiser(entity);
  for (const entity of checker.funcs) if (!entity.intrinsic || isGenericFunc(entity)) opaqueInstance(entity);
  drain(checker.later);
}

function checkTypeDeclaration(entity: TypeEntity): void {
  const { decl, env } = entity;
  if (decl === null || env === null) return;
  if (isGeneric(entity)) {
    const { env: inside, params } = opaqueParams(env, decl.typeParams);
    for (const field of decl.typeParams) checkConstraint(inside, field.type);
    const right = checkTypeOrInterface(inside, decl.type);
    if (right.kind === 'typeparam')
      env.sink.report('type-is-parameter', decl.type.span, { name: right.name });
    requireFinite(instantiateType({ ...env, sink: new Diagnostics() }, entity, params, entity.span));
  } else {
    const type = resolveType(entity);
    if (type.kind === 'named') void type.underlying;
    requireFinite(type);
  }
  env.checker.later.push(() => checkMethods(entity));
}

/** A method needs a base that may have methods, and a name that no field has. */
function checkMethods(entity: TypeEntity): void {
  const type = isGeneric(entity) ? entity.instances[0] : entity.type;
  if (type === undefined) return;
  const u = under(type);
  for (const method of entity.methods.values()) {
    const { sink } = method.env;
    const span = method.decl.receiver?.type.span ?? method.span;
    if (u.kind === 'pointer' || u.kind === 'interface') sink.report('bad-receiver', span, {});
    if (u.kind === 'struct' && u.fields.some((field) => field.name === method.name))
      sink.report('field-and-method', method.span, { type: entity.name, name: method.name });
  }
}

/** Hand the diagnostics over in source order, each once. */
function publish(found: Diagnostics, to: Diagnostics): void {
  const seen = new Set<string>();
  const at = (d: (typeof found.list)[number]): number =>
    d.span === null ? -1 : d.span.file * 2 ** 32 + d.span.start;
  const sorted = [...found.list].sort((a, b) => at(a) - at(b));
  for (const d of sorted) {
    const key = `${at(d)} ${d.code} ${d.message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    to.list.push(d);
  }
}
