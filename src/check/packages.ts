/**
 * Packages: the user's, parsed by the caller, and those known by declaration text (SDK, standard library).
 *
 *     import "bpfc/sdk/bpf"; … bpf.KtimeGetNs()   →   the text `func KtimeGetNs() uint64` is parsed on first use
 *
 * Collecting a package puts its names in scope; nothing is resolved here.
 */

import { parseFile } from '../../grammar/parse.ts';
import type { Expr, Decl, File, FuncDecl, Ident, ImportSpec } from '../ast/ast.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import { type Span, sourceFile } from '../base/source.ts';
import { packageAdvice } from './advice.ts';
import { declarationPackages } from './declarations.ts';
import { type DirectiveSet, directivesNamed, noDirectives, readDirectives } from './directives.ts';
import { constEntity, funcEntity, globalEntity, type Place, receiverParts, typeEntity } from './entities.ts';
import {
  type Checker,
  type Entity,
  type Env,
  type FuncEntity,
  lookup,
  member,
  newScope,
  type Package,
  type Scope,
} from './scope.ts';
import { sdkPath } from './types.ts';
import { namedEntity } from './typexpr.ts';

const sdkPaths: ReadonlySet<string> = new Set(['bpfc/sdk/bpf', 'github.com/miekg/bpf']);

/** Files of declaration texts have no place in the user's sources. */
const textFile = -1;

function envOf(checker: Checker, pkg: Package, scope: Scope, sink: Diagnostics): Env {
  return { checker, pkg, scope, fn: null, iota: null, sink, global: null };
}

// ---------------------------------------------------------------- packages known by text

/** The declaration of `name` in a text; texts of constant groups hold several. */
function declarationIn(
  decls: readonly Decl[],
  name: string,
): { readonly decl: Decl; readonly index: number } | null {
  for (const decl of decls) {
    if (decl.kind === 'FuncDecl' || decl.kind === 'TypeDecl') {
      if (decl.name.name === name) return { decl, index: 0 };
      continue;
    }
    const index = decl.names.findIndex((n) => n.name === name);
    if (index >= 0) return { decl, index };
  }
  return null;
}

function parseText(text: string, sink: Diagnostics): readonly Decl[] {
  return parseFile(sourceFile(textFile, '', `package p\n${text}\n`), sink).decls;
}

function textPackage(checker: Checker, path: string, texts: NonNullable<Package['texts']>): Package {
  const sink = checker.textErrors;
  const scope: Scope = newScope('package', checker.universe, (name) => {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    const found = text === undefined ? null : declarationIn(parseText(text, sink), name);
    return found === null ? null : textEntity(found.decl, found.index);
  });
  // Declarations may name other packages that are known by text: by the last element of the path.
  const fileScope: Scope = newScope('file', scope, (name) => {
    const other = Object.keys(declarationPackages).find((p) => p !== path && lastElement(p) === name);
    const pkg = other === undefined ? null : knownByText(checker, other);
    return pkg === null
      ? null
      : { kind: 'package', name, span: { file: textFile, start: 0, end: 0 }, pkg, used: true };
  });
  const pkg: Package = { path, name: lastElement(path), scope, texts };
  const place: Place = { env: envOf(checker, pkg, fileScope, sink), directives: noDirectives };
  const textEntity = (decl: Decl, index: number): Entity | null => {
    switch (decl.kind) {
      case 'ConstDecl':
        return constEntity(place.env, decl, index, decl.names[index] ?? blank);
      case 'VarDecl':
        return globalEntity(place, decl, index, decl.names[index] ?? blank);
      case 'TypeDecl':
        return typeEntity(place, decl, (method) => textMethod(decl.name.name, method));
      case 'FuncDecl':
        return funcEntity(place, decl, null);
      default:
        return decl satisfies never;
    }
  };
  const textMethod = (type: string, method: string): FuncEntity | null => {
    const text = Object.hasOwn(texts, `${type}.${method}`) ? texts[`${type}.${method}`] : undefined;
    const found = text === undefined ? null : declarationIn(parseText(text, sink), method);
    const base = member(scope, type);
    if (found?.decl.kind !== 'FuncDecl' || found.decl.receiver === null || base?.kind !== 'type') return null;
    const { pointer, params } = receiverParts(found.decl.receiver.type);
    return funcEntity(place, found.decl, { base, pointer, params });
  };
  return pkg;
}

const blank: Ident = { kind: 'Ident', name: '_', span: { file: textFile, start: 0, end: 0 } };

function lastElement(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A package that is known by text, or null. `path` is canonical: `bpf` for the SDK. */
function knownByText(checker: Checker, path: string): Package | null {
  const known = checker.packages.get(path);
  if (known !== undefined) return known;
  const texts = Object.hasOwn(declarationPackages, path) ? declarationPackages[path] : undefined;
  if (texts === undefined) return null;
  const pkg = path === 'unsafe' ? unsafePackage(checker) : textPackage(checker, path, texts());
  checker.packages.set(path, pkg);
  return pkg;
}

function unsafePackage(checker: Checker): Package {
  const scope = newScope('package', null, (name) => checker.universe.names.get(`unsafe.${name}`) ?? null);
  return { path: 'unsafe', name: 'unsafe', scope, texts: null };
}

// ---------------------------------------------------------------- imports

/** The package of an import, or null after an error. */
function importPackage(checker: Checker, spec: ImportSpec, sink: Diagnostics): Package | null {
  const { path, pathSpan } = spec;
  if (sdkPaths.has(path)) return knownByText(checker, sdkPath);
  if (path !== sdkPath) {
    const text = knownByText(checker, path);
    if (text !== null) return text;
  }
  const known = checker.packages.get(path);
  if (known === null) {
    sink.report('import-cycle', pathSpan, { path });
    return null;
  }
  if (known !== undefined) return known;
  const source = checker.loadUser(path);
  if (source !== null) return collectPackage(checker, path, source.files, sink);
  if (path === 'bpf' || path.endsWith('/bpf')) sink.report('unknown-sdk-path', pathSpan, { path });
  else if (!path.split('/')[0]?.includes('.'))
    sink.report('no-standard-package', pathSpan, { path, advice: packageAdvice(path) });
  else sink.report('unknown-package', pathSpan, { path });
  return null;
}

function importAll(checker: Checker, file: File, scope: Scope, sink: Diagnostics): void {
  for (const spec of file.imports) {
    const pkg = importPackage(checker, spec, sink);
    const name = spec.name?.name ?? pkg?.name ?? lastElement(spec.path);
    if (name === '_') continue;
    if (name === '.') {
      sink.report('dot-import', spec.span, { path: spec.path });
      continue;
    }
    const earlier = scope.names.get(name);
    const span = spec.name?.span ?? spec.pathSpan;
    if (earlier !== undefined) {
      sink.report('redeclared', span, { name }, [{ span: earlier.span, message: 'first declared here' }]);
      continue;
    }
    const entity: Entity =
      pkg === null
        ? { kind: 'invalid', name, span }
        : { kind: 'package', name, span: spec.span, pkg, used: false };
    scope.names.set(name, entity);
    if (entity.kind === 'package') checker.imports.push({ entity, path: spec.path, sink });
  }
}

// ---------------------------------------------------------------- the user's packages

interface PendingMethod {
  readonly decl: FuncDecl;
  readonly place: Place;
}

/** Put the names of a package in scope. */
export function collectPackage(
  checker: Checker,
  path: string,
  files: readonly File[],
  sink: Diagnostics,
): Package {
  checker.packages.set(path, null);
  const scope = newScope('package', checker.universe);
  const pkg: Package = { path, name: files[0]?.name.name ?? lastElement(path), scope, texts: null };
  const fileScopes: Scope[] = [];
  const methods: PendingMethod[] = [];
  for (const file of files) {
    if (file.name.name !== pkg.name)
      sink.report('package-name', file.name.span, { name: file.name.name, first: pkg.name });
    const fileScope = newScope('file', scope);
    fileScopes.push(fileScope);
    importAll(checker, file, fileScope, sink);
    const env = envOf(checker, pkg, fileScope, sink);
    const read = readDirectives(file, sink);
    if (path === checker.rootPath) checker.fileDirectives.push(read);
    for (const decl of file.decls) collectDecl(env, decl, read.of.get(decl) ?? noDirectives, methods);
  }
  for (const method of methods) collectMethod(method);
  for (const fileScope of fileScopes)
    for (const [name, entity] of fileScope.names) {
      const own = scope.names.get(name);
      if (own !== undefined && entity.kind === 'package')
        sink.report('redeclared', own.span, { name }, [{ span: entity.span, message: 'imported here' }]);
    }
  checker.packages.set(path, pkg);
  return pkg;
}

function declare(env: Env, name: Ident, entity: Entity): void {
  if (name.name === '_') return;
  const { names } = env.pkg.scope;
  const earlier = names.get(name.name);
  if (earlier !== undefined) {
    env.sink.report('redeclared', name.span, { name: name.name }, [
      { span: earlier.span, message: 'first declared here' },
    ]);
    return;
  }
  if (name.name === 'main' && env.pkg.name === 'main' && entity.kind !== 'func')
    env.sink.report('main-not-function', name.span, {});
  if (name.name === 'init' && entity.kind !== 'func') env.sink.report('init-not-function', name.span, {});
  names.set(name.name, entity);
}

function collectDecl(env: Env, decl: Decl, directives: DirectiveSet, methods: PendingMethod[]): void {
  const { checker } = env;
  const place: Place = { env, directives };
  switch (decl.kind) {
    case 'ConstDecl':
      for (const [i, name] of decl.names.entries()) {
        const entity = constEntity(env, decl, i, name);
        checker.consts.push(entity);
        declare(env, name, entity);
      }
      return;
    case 'VarDecl':
      for (const [i, name] of decl.names.entries()) {
        const entity = globalEntity(place, decl, i, name);
        checker.globals.push(entity);
        declare(env, name, entity);
      }
      return;
    case 'TypeDecl': {
      const entity = typeEntity(place, decl, null);
      checker.types.push(entity);
      declare(env, decl.name, entity);
      return;
    }
    case 'FuncDecl':
      if (decl.receiver === null) collectFunc(place, decl);
      else methods.push({ decl, place });
      return;
    default:
      decl satisfies never;
  }
}

function collectFunc(place: Place, decl: FuncDecl): void {
  const { env } = place;
  if (decl.name.name === 'init') {
    env.sink.report('no-init', decl.name.span, {});
    return;
  }
  if (decl.body === null) {
    env.sink.report('missing-body', decl.name.span, { name: decl.name.name });
    declare(env, decl.name, { kind: 'invalid', name: decl.name.name, span: decl.name.span });
    return;
  }
  const isMain = decl.name.name === 'main' && env.pkg.name === 'main';
  if (isMain && decl.type.params.length + decl.type.results.length + decl.type.typeParams.length > 0)
    env.sink.report('main-signature', decl.name.span, {});
  const entity = funcEntity(place, decl, null);
  env.checker.funcs.push(entity);
  declare(env, decl.name, entity);
}

/** What a receiver's type means: aliases of a type, and of a pointer to one, stand for it. */
function receiverBase(env: Env, base: Expr, star: boolean): { entity: Entity | null; pointer: boolean } {
  let entity = namedEntity(env, base);
  let pointer = star;
  for (
    let steps = 0;
    entity?.kind === 'type' && entity.decl?.alias === true && entity.env !== null && steps < 100;
    steps++
  ) {
    const aliased = receiverParts(entity.decl.type);
    if (aliased.pointer && pointer) break;
    const next: Entity | null = namedEntity(entity.env, aliased.base);
    if (next === null || aliased.params.length > 0) break;
    pointer ||= aliased.pointer;
    entity = next;
  }
  return { entity, pointer };
}

function collectMethod({ decl, place }: PendingMethod): void {
  const { env } = place;
  const { sink } = env;
  const receiver = decl.receiver;
  if (receiver === null) return;
  if (directivesNamed(place.directives, 'attach').length > 0)
    sink.report('method-program', decl.name.span, { name: decl.name.name });
  const { base, pointer: star, params } = receiverParts(receiver.type);
  const { entity, pointer } = receiverBase(env, base, star);
  if (entity === null) {
    const span: Span = base.span;
    if (base.kind === 'Ident' && lookup(env.scope, base.name) === null)
      sink.report('undefined-name', span, { name: base.name, advice: '' });
    else sink.report('bad-receiver', span, {});
    return;
  }
  if (entity.kind !== 'type' || entity.env?.pkg !== env.pkg || entity.decl?.alias === true) {
    if (entity.kind !== 'invalid') sink.report('bad-receiver', base.span, {});
    return;
  }
  const want = entity.decl?.typeParams.reduce((n, field) => n + field.names.length, 0) ?? 0;
  if (want !== params.length) {
    sink.report('receiver-type-parameters', base.span, { name: entity.name, want, have: params.length });
    return;
  }
  if (decl.body === null) sink.report('missing-body', decl.name.span, { name: decl.name.name });
  const method = funcEntity(place, decl, { base: entity, pointer, params });
  env.checker.funcs.push(method);
  if (decl.name.name === '_') return;
  const earlier = entity.methods.get(decl.name.name);
  if (earlier !== undefined) {
    sink.report('duplicate-method', decl.name.span, { type: entity.name, name: decl.name.name }, [
      { span: earlier.span, message: 'first declared here' },
    ]);
    return;
  }
  entity.methods.set(decl.name.name, method);
}
