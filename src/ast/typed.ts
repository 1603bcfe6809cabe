/**
 * The typed syntax tree: what the checker makes and lowering reads.
 *
 * Everything that needed a scope, a method set or an inference is resolved here: names are variables,
 * promoted fields are explicit field paths, automatic `&x` and `*p` of method calls and selectors are explicit,
 * conversions are explicit, untyped constants have their final type, constant expressions are one `const` node,
 * generic functions and types are instantiated (one TFunc per instance), method calls are calls with the
 * receiver as first argument, implicit repetition and `iota` are gone.
 *
 * Invariants: `type` of an expression is never untyped (nil has the type of its context); both operands of an
 * arithmetic or comparison node have identical types; a shift count has any integer type.
 */

import type { Span } from '../base/source.ts';
import type { ConstValue, Type } from './types.ts';

// ---------------------------------------------------------------- program

export interface TProgram {
  /** Import path of the root package as the user's module names it, or its package name. */
  readonly path: string;
  readonly name: string;
  /** Every function and method instance reachable from a program or declared in the root package. */
  readonly funcs: readonly TFunc[];
  /** Package variables of all packages, in initialisation order. */
  readonly globals: readonly TGlobal[];
  readonly maps: readonly TMap[];
  /** Functions with `//bpf:attach`, one entry per attach directive; `main` without one gets the default. */
  readonly entries: readonly TEntry[];
  /** `//bpf:license`, default GPL. */
  readonly license: string;
  /** `//bpf:target-kernel`, e.g. '5.15'; null when not given. */
  readonly targetKernel: string | null;
}

export interface TEntry {
  /** Unique symbol name of the program, a C identifier: the function's name, with a suffix when repeated. */
  readonly name: string;
  readonly func: TFunc;
  /** `KIND` or `KIND/TARGET` as written. */
  readonly attach: string;
  /** True for a `main` without directive: attached by default, and a note says so. */
  readonly implied: boolean;
  /** `//bpf:panic N`. */
  readonly panicValue: bigint | null;
  /** `//bpf:slot TABLE N`, in source order. */
  readonly slots: readonly { readonly table: TMap; readonly index: bigint; readonly span: Span }[];
  /** The function's name. */
  readonly span: Span;
  /** The directive, or the name where there is none. */
  readonly attachSpan: Span;
}

export interface TFunc {
  /** Unique in the program and stable: `name`, `Type.method`, `name[uint32]`, `pkg.name` for other packages. */
  readonly name: string;
  readonly pkg: string;
  readonly span: Span;
  /** The name's span, for diagnostics. */
  readonly nameSpan: Span;
  /** Receiver first, if a method. */
  readonly params: readonly TVar[];
  /** Named or made up (`r0`, …); always variables, so that `defer` and bare `return` work alike. */
  readonly results: readonly TVar[];
  readonly namedResults: boolean;
  readonly body: TBlock;
  readonly noinline: boolean;
  /** `//bpf:kfunc NAME`: body is the native simulation, calls go to the kernel function. */
  readonly kfunc: string | null;
}

export interface TVar {
  readonly kind: 'var';
  /** Unique within its program. */
  readonly id: number;
  /** '_' for blanks. */
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
  /** `&x` is taken, or a method with pointer receiver is called on it, or it is sliced. */
  addressed: boolean;
  /** A closure refers to it. */
  captured: boolean;
  /** Assigned after its declaration. */
  assigned: boolean;
}

export interface TGlobal {
  readonly kind: 'global';
  /** Symbol name. */
  readonly name: string;
  readonly pkg: string;
  readonly type: Type;
  readonly span: Span;
  /** Constant-folded initialiser as an expression of const and composite nodes; null: zero. */
  readonly init: TExpr | null;
  /** `//bpf:config`: read-only after load. */
  readonly config: boolean;
  readonly pin: string | null;
}

/** A package variable of an SDK map type, or of Go's map type with `//bpf:map`. */
export interface TMap {
  readonly kind: 'map';
  readonly name: string;
  readonly pkg: string;
  readonly span: Span;
  /** The SDK generic's name (`HashMap`, `RingBuf`, …), or the directive's KIND for Go map syntax. */
  readonly mapType: string;
  /** True for Go's own map type. */
  readonly goMap: boolean;
  /** Type arguments of the SDK type in declaration order (key, value), or the Go map's key and value. */
  readonly typeArgs: readonly Type[];
  /** Constant fields of the composite literal by name (MaxEntries, Size, Pin, …). */
  readonly options: ReadonlyMap<string, ConstValue>;
  /** The initialiser's elements that are not constants (inner maps, programs), by field name. */
  readonly initial: ReadonlyMap<string, TExpr>;
  readonly type: Type;
}

// ---------------------------------------------------------------- expressions

interface Base {
  readonly type: Type;
  readonly span: Span;
}

export type TExpr =
  | TConst
  | TNil
  | TVarRef
  | TGlobalRef
  | TMapRef
  | TFuncRef
  | TFuncLit
  | TUnary
  | TArith
  | TShift
  | TCompare
  | TLogical
  | TConvert
  | TFieldSel
  | TDeref
  | TAddr
  | TIndex
  | TSliceExpr
  | TCall
  | TClosureCall
  | TIntrinsic
  | TComposite;

/** A constant of basic type (bool, integer, string). */
export interface TConst extends Base {
  readonly kind: 'const';
  readonly value: ConstValue;
}

export interface TNil extends Base {
  readonly kind: 'nil';
}

export interface TVarRef extends Base {
  readonly kind: 'varref';
  readonly var: TVar;
}

export interface TGlobalRef extends Base {
  readonly kind: 'globalref';
  readonly global: TGlobal;
}

/** A map variable: receiver of an intrinsic, operand of Go map syntax, or an inner map. */
export interface TMapRef extends Base {
  readonly kind: 'mapref';
  readonly map: TMap;
}

/** A function used as a value: argument of a function parameter or a callback. */
export interface TFuncRef extends Base {
  readonly kind: 'funcref';
  readonly func: TFunc;
}

/** A closure that does not escape. */
export interface TFuncLit extends Base {
  readonly kind: 'funclit';
  readonly params: readonly TVar[];
  readonly results: readonly TVar[];
  readonly namedResults: boolean;
  readonly body: TBlock;
  /** Variables of enclosing functions that the body uses. */
  readonly captures: readonly TVar[];
}

export interface TUnary extends Base {
  readonly kind: 'unary';
  readonly op: '-' | '^' | '!';
  readonly x: TExpr;
}

/** Left-deep to any depth: walk the left spine in a loop. Strings: `+` of constants is folded, so integers only. */
export interface TArith extends Base {
  readonly kind: 'arith';
  readonly op: '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '&^';
  readonly opSpan: Span;
  readonly x: TExpr;
  readonly y: TExpr;
}

export interface TShift extends Base {
  readonly kind: 'shift';
  readonly op: '<<' | '>>';
  readonly opSpan: Span;
  readonly x: TExpr;
  readonly y: TExpr;
}

/** Result bool. Operands: integers, bools, pointers, nil, strings, arrays, structs (the last three `==` and `!=`; strings all). */
export interface TCompare extends Base {
  readonly kind: 'compare';
  readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=';
  readonly opSpan: Span;
  readonly x: TExpr;
  readonly y: TExpr;
}

export interface TLogical extends Base {
  readonly kind: 'logical';
  readonly op: '&&' | '||';
  readonly x: TExpr;
  readonly y: TExpr;
}

/** Between types of the same underlying type, between integers, to and from unsafe.Pointer and uintptr. */
export interface TConvert extends Base {
  readonly kind: 'convert';
  readonly x: TExpr;
}

/** `x.f`, x of struct type (a dereference is explicit). Addressable if x is. */
export interface TFieldSel extends Base {
  readonly kind: 'field';
  readonly x: TExpr;
  /** Index in the struct's fields. */
  readonly index: number;
  readonly name: string;
}

export interface TDeref extends Base {
  readonly kind: 'deref';
  readonly x: TExpr;
}

/** `&x` of an addressable expression, or of a composite literal. */
export interface TAddr extends Base {
  readonly kind: 'addr';
  readonly x: TExpr;
}

/** x: array (addressable or not), slice, string or Go map; i: integer (any type), or the map's key. */
export interface TIndex extends Base {
  readonly kind: 'index';
  readonly x: TExpr;
  readonly i: TExpr;
}

/** x: addressable array, slice or constant string. */
export interface TSliceExpr extends Base {
  readonly kind: 'slice';
  readonly x: TExpr;
  readonly low: TExpr | null;
  readonly high: TExpr | null;
  readonly max: TExpr | null;
}

export interface TCall extends Base {
  readonly kind: 'call';
  readonly func: TFunc;
  /** Receiver first. `f(g())` with several results: the single argument has tuple type. */
  readonly args: readonly TExpr[];
}

/** Call of a function value: a variable that holds a closure or function, a parameter, or a literal called at once. */
export interface TClosureCall extends Base {
  readonly kind: 'closurecall';
  readonly fn: TExpr;
  readonly args: readonly TExpr[];
}

/**
 * Call of a built-in, or of a function or method of the SDK or of a standard package that has a row in the lowering
 * tables. `name` is qualified: `builtin.len`, `math/bits.Len64`, `bpf.KtimeGetNs`, `bpf.HashMap.Lookup`
 * (the SDK is always `bpf`, whichever path imported it); user code never declares these.
 */
export interface TIntrinsic extends Base {
  readonly kind: 'intrinsic';
  readonly name: string;
  /** Type arguments of the function, or of the receiver's generic type. */
  readonly typeArgs: readonly Type[];
  /** Method receiver first: a `mapref`, or an address for pointer receivers. Types given as arguments (`new(T)`) are in typeArgs. */
  readonly args: readonly TExpr[];
}

export interface TComposite extends Base {
  readonly kind: 'composite';
  /** Struct: field index; array: element index. Sorted by evaluation order; what is missing is zero. */
  readonly elements: readonly { readonly index: number; readonly value: TExpr }[];
}

// ---------------------------------------------------------------- statements

export type TStmt =
  | TBlock
  | TExprStmt
  | TDeclare
  | TAssign
  | TOpAssign
  | TIf
  | TFor
  | TRange
  | TSwitch
  | TReturn
  | TBranch
  | TLabeled
  | TDefer;

export interface TBlock {
  readonly kind: 'block';
  readonly span: Span;
  readonly stmts: readonly TStmt[];
}

/** A call for its effect. */
export interface TExprStmt {
  readonly kind: 'expr';
  readonly span: Span;
  readonly x: TExpr;
}

/** New variables, one value each (null value list: zero), or one call with as many results as variables. */
export interface TDeclare {
  readonly kind: 'declare';
  readonly span: Span;
  readonly vars: readonly TVar[];
  readonly values: readonly TExpr[] | null;
}

/**
 * Parallel assignment. An lhs is an lvalue expression, a `TVar` (declared by this `:=` or blank), or null (blank `_`).
 * values has one entry per lhs, or a single one of tuple type (call, `v, ok := m[k]`).
 */
export interface TAssign {
  readonly kind: 'assign';
  readonly span: Span;
  readonly lhs: readonly (TExpr | TVar | null)[];
  readonly values: readonly TExpr[];
}

/** `x op= y`, `x++`, `x--`: x is evaluated once. For shifts y has its own type. */
export interface TOpAssign {
  readonly kind: 'opassign';
  readonly span: Span;
  readonly op: TArith['op'] | TShift['op'];
  readonly x: TExpr;
  readonly y: TExpr;
}

export interface TIf {
  readonly kind: 'if';
  readonly span: Span;
  readonly init: TStmt | null;
  readonly cond: TExpr;
  readonly then: TBlock;
  readonly else: TBlock | TIf | null;
}

/** Go 1.22: variables that `init` declares are per iteration when captured or addressed. */
export interface TFor {
  readonly kind: 'for';
  readonly span: Span;
  readonly init: TStmt | null;
  readonly cond: TExpr | null;
  readonly post: TStmt | null;
  readonly body: TBlock;
  readonly label: string | null;
}

export interface TRange {
  readonly kind: 'range';
  readonly span: Span;
  readonly over: 'int' | 'array' | 'arrayptr' | 'slice' | 'string' | 'func';
  /** New variables (`:=`) or lvalues (`=`), or null. */
  readonly key: TVar | TExpr | null;
  readonly value: TVar | TExpr | null;
  readonly x: TExpr;
  readonly body: TBlock;
  readonly label: string | null;
}

/** Values are compared with the tag in order; tagless switches have tag null and bool values. */
export interface TSwitch {
  readonly kind: 'switch';
  readonly span: Span;
  readonly init: TStmt | null;
  readonly tag: TExpr | null;
  readonly cases: readonly {
    readonly span: Span;
    /** null: default. */
    readonly values: readonly TExpr[] | null;
    readonly body: readonly TStmt[];
    readonly fallthrough: boolean;
  }[];
  readonly label: string | null;
}

export interface TReturn {
  readonly kind: 'return';
  readonly span: Span;
  /** One per result, a single call of tuple type, or empty (bare return). */
  readonly values: readonly TExpr[];
}

/** `fallthrough` is a flag of its case. */
export interface TBranch {
  readonly kind: 'branch';
  readonly span: Span;
  readonly keyword: 'break' | 'continue' | 'goto';
  /** For break and continue: the label of the statement, or null for the innermost. */
  readonly label: string | null;
}

export interface TLabeled {
  readonly kind: 'labeled';
  readonly span: Span;
  readonly label: string;
  readonly stmt: TStmt;
}

/** Arguments (and receiver) are evaluated at the statement, the call runs at exit; `call` is a call, closure call or intrinsic. */
export interface TDefer {
  readonly kind: 'defer';
  readonly span: Span;
  readonly call: TExpr;
}
