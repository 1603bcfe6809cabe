/**
 * Scopes, what names mean, and the state that the checker carries.
 *
 *     package main            names of package scope resolve on first use, in any order
 *     import "bpfc/sdk/bpf"   a file scope holds imports
 *     func f(x int) { … }     block scopes hold what was declared so far, as Go's scoping wants
 *
 * An `Env` says where an expression stands; it is never changed, inner places derive a new one.
 */

import type { Call, ConstDecl, File, FuncDecl, TypeDecl, VarDecl } from '../ast/ast.ts';
import type { TExpr, TFunc, TGlobal, TMap, TVar } from '../ast/typed.ts';
import type { ConstValue, FuncType, NamedType, Type } from '../ast/types.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import type { SourceFile, Span } from '../base/source.ts';
import type { DirectiveSet, FileDirectives } from './directives.ts';

// ---------------------------------------------------------------- packages

/** A package of the user's module, parsed by the caller. */
export interface PackageSource {
  readonly files: readonly File[];
}

/** Declarations of one package by name (`Name`, methods `Type.Method`), each the text of one Go declaration. */
export type DeclarationTexts = Readonly<Record<string, string>>;

export interface Package {
  /** Import path; `bpf` for the SDK, whichever path imported it. */
  readonly path: string;
  readonly name: string;
  readonly scope: Scope;
  /** Set for packages that are known by declaration text. */
  readonly texts: DeclarationTexts | null;
}

// ---------------------------------------------------------------- entities

export type Entity =
  | ConstEntity
  | TypeEntity
  | LocalEntity
  | GlobalEntity
  | FuncEntity
  | PackageEntity
  | BuiltinEntity
  | NilEntity
  | InvalidEntity;

/** Package-level names resolve on first use; `busy` while that runs, which is how cycles are found. */
type State = 'new' | 'busy' | 'done';

export interface ConstEntity {
  readonly kind: 'const';
  readonly name: string;
  readonly span: Span;
  readonly source: { readonly decl: ConstDecl; readonly index: number; readonly env: Env } | null;
  state: State;
  type: Type;
  value: ConstValue;
}

export interface TypeEntity {
  readonly kind: 'type';
  readonly name: string;
  readonly span: Span;
  /** Its declaration; null for the universe's types and type parameters. */
  readonly decl: TypeDecl | null;
  readonly env: Env | null;
  /** Stands for a type parameter of an instance being checked: conversions to it are not constant. */
  readonly parameter: boolean;
  state: State;
  /** The type, of non-generic entities once done. */
  type: Type;
  readonly instances: NamedType[];
  readonly methods: Map<string, FuncEntity>;
  /** Finds methods that are made when first asked for (packages known by text). */
  readonly findMethod: ((name: string) => FuncEntity | null) | null;
  readonly origin: NamedType['origin'];
}

export interface LocalEntity {
  readonly kind: 'local';
  readonly name: string;
  readonly span: Span;
  readonly var: TVar;
  readonly owner: FuncContext;
  used: boolean;
}

export interface GlobalEntity {
  readonly kind: 'global';
  readonly name: string;
  readonly span: Span;
  readonly decl: VarDecl;
  readonly index: number;
  readonly env: Env;
  readonly directives: DirectiveSet;
  state: State;
  type: Type;
  target: TGlobal | TMap | null;
  initialised: boolean;
  /** Package variables that the initialiser reads. */
  readonly needs: Set<GlobalEntity>;
  /** Functions that the initialiser names. */
  readonly funcs: Set<FuncInstance>;
}

export interface FuncEntity {
  readonly kind: 'func';
  readonly name: string;
  readonly span: Span;
  readonly decl: FuncDecl;
  readonly pkg: Package;
  readonly env: Env;
  readonly directives: DirectiveSet;
  /** A method's receiver base type; resolved when the method is collected. */
  readonly receiver: {
    readonly base: TypeEntity;
    readonly pointer: boolean;
    readonly params: readonly string[];
  } | null;
  /** Known by its declaration only: calls become intrinsics. */
  readonly intrinsic: boolean;
  /** Type parameters as opaque types; null until asked for. */
  opaque: FuncInstance | null;
  /** Its signature is being worked out. */
  busy: boolean;
  readonly instances: FuncInstance[];
}

/** A function for one list of type arguments (none for ordinary functions). */
export interface FuncInstance {
  readonly entity: FuncEntity;
  readonly typeArgs: readonly Type[];
  /** Where the signature and body resolve: type parameters are bound here. */
  readonly env: Env;
  /** Without the receiver. */
  readonly signature: FuncType;
  readonly receiver: Type | null;
  readonly func: MutableFunc;
  /** Checked with opaque type parameters: for errors only. */
  readonly isOpaque: boolean;
  /** Where this instance was first asked for; null when declared. */
  readonly from: Span | null;
  /** Length of the chain of instances that asked for it. */
  readonly depth: number;
  checked: boolean;
}

export interface PackageEntity {
  readonly kind: 'package';
  readonly name: string;
  readonly span: Span;
  readonly pkg: Package;
  used: boolean;
}

export interface BuiltinEntity {
  readonly kind: 'builtin';
  readonly name: string;
  readonly span: Span;
}

export interface NilEntity {
  readonly kind: 'nil';
  readonly name: string;
  readonly span: Span;
}

/** Declared, but wrongly; silences follow-ups. */
export interface InvalidEntity {
  readonly kind: 'invalid';
  readonly name: string;
  readonly span: Span;
}

/** A function while its body is made. */
export type MutableFunc = { -readonly [K in keyof TFunc]: TFunc[K] };

// ---------------------------------------------------------------- scopes

export interface Scope {
  readonly kind: 'universe' | 'package' | 'file' | 'function' | 'block';
  readonly parent: Scope | null;
  readonly names: Map<string, Entity>;
  /** Finds names that are made when first asked for. */
  readonly find: ((name: string) => Entity | null) | null;
}

export function newScope(kind: Scope['kind'], parent: Scope | null, find: Scope['find'] = null): Scope {
  return { kind, parent, names: new Map(), find };
}

/** The entity of a name in one scope. */
export function member(scope: Scope, name: string): Entity | null {
  const known = scope.names.get(name);
  if (known !== undefined) return known;
  const found = scope.find?.(name) ?? null;
  if (found !== null) scope.names.set(name, found);
  return found;
}

/** The entity of a name in a scope or those around it. */
export function lookup(scope: Scope, name: string): Entity | null {
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    const found = member(s, name);
    if (found !== null) return found;
  }
  return null;
}

// ---------------------------------------------------------------- environments

/** A function body or function literal being checked. */
export interface FuncContext {
  readonly parent: FuncContext | null;
  /** The declared function around it; null in package-level initialisers. */
  readonly instance: FuncInstance | null;
  readonly results: readonly TVar[];
  readonly namedResults: boolean;
  readonly captures: Set<TVar>;
  /** Local variables and how often they were used, for unused-variable errors. */
  readonly locals: LocalEntity[];
  /** Source ranges that run more than once: loops and backward gotos. */
  readonly repeated: Span[];
  /** Variables that hold this function literal itself. */
  readonly assignedTo: ReadonlySet<TVar>;
  /** A refused statement's inside was not looked at: what seems unused may be used there. */
  skipped: boolean;
}

export interface Env {
  readonly checker: Checker;
  readonly pkg: Package;
  readonly scope: Scope;
  readonly fn: FuncContext | null;
  /** In a constant declaration. */
  readonly iota: bigint | null;
  readonly sink: Diagnostics;
  /** The package variable whose initialiser this is. */
  readonly global: GlobalEntity | null;
}

/** A body calls a function, or names it as a value. */
export interface CallEdge {
  readonly from: FuncInstance;
  readonly to: FuncInstance;
  readonly span: Span;
}

/** What one run of `check` carries. */
export interface Checker {
  readonly diagnostics: Diagnostics;
  readonly sources: ReadonlyMap<number, SourceFile>;
  /** Module path of the root package, or its name where there is no module. */
  readonly rootPath: string;
  readonly universe: Scope;
  readonly packages: Map<string, Package | null>;
  readonly loadUser: (importPath: string) => PackageSource | null;
  /** Functions whose bodies wait to be checked. */
  readonly queue: FuncInstance[];
  readonly consts: ConstEntity[];
  readonly globals: GlobalEntity[];
  readonly funcs: FuncEntity[];
  readonly types: TypeEntity[];
  readonly imports: { readonly entity: PackageEntity; readonly path: string; readonly sink: Diagnostics }[];
  /** File-level directives of the root package. */
  readonly fileDirectives: FileDirectives[];
  readonly edges: CallEdge[];
  /** Package variables that a function body reads or writes, for initialisation order. */
  readonly reads: Map<FuncInstance, Set<GlobalEntity>>;
  /** Package variables without state of packages known by text (`binary.BigEndian`): only their methods matter. */
  readonly stateless: Set<TGlobal>;
  /** Errors in declaration texts: bugs of the compiler. */
  readonly textErrors: Diagnostics;
  /** Takes diagnostics that are reported elsewhere. */
  readonly silence: Diagnostics;
  /** Calls of the built-in `panic`: they end a statement list. */
  readonly panics: Set<Call>;
  /** Checks that need complete types: run between declarations and bodies, and after each body. */
  readonly later: (() => void)[];
  nextVar: number;
  /** See FuncContext.skipped. */
  skipped: boolean;
  /** Declarations being resolved, each because the one before it names it. */
  readonly resolving: Named[];
}

export function inner(env: Env): Env {
  return { ...env, scope: newScope('block', env.scope) };
}

export function newVar(checker: Checker, name: string, type: Type, span: Span): TVar {
  return {
    kind: 'var',
    id: checker.nextVar++,
    name,
    type,
    span,
    addressed: false,
    captured: false,
    assigned: false,
  };
}

/** An expression where an error was reported; the typed tree that holds it is never handed out. */
export function badExpr(span: Span, type: Type): TExpr {
  return { kind: 'nil', type, span };
}

interface Named {
  readonly name: string;
  readonly span: Span;
}

/** Declarations that name each other in a chain longer than this are refused: resolving them needs a deep stack. */
const maxDepth = 100;

/** Run a step of resolution one level deeper; a chain that is too long is reported instead. */
export function descend(env: Env, entity: Named, step: () => void): void {
  const { resolving } = env.checker;
  if (resolving.length >= maxDepth) {
    env.sink.report('declaration-too-deep', entity.span, { name: entity.name, limit: maxDepth });
    return;
  }
  resolving.push(entity);
  step();
  resolving.pop();
}

/** Of the declarations that lead from `entity` back to it, the first in the source. */
export function firstOfCycle(checker: Checker, entity: Named): Named {
  const from = checker.resolving.lastIndexOf(entity);
  const cycle = from < 0 ? [entity] : checker.resolving.slice(from);
  return cycle.reduce((first, next) => (next.span.start < first.span.start ? next : first), entity);
}
