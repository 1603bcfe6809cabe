/**
 * The untyped syntax tree: what the parser builds and the checker reads.
 *
 * Shapes follow go/ast. Types are expressions, since `T(x)`, `a[b]` and `T{…}` cannot be told apart by
 * syntax alone. Go outside the subset (channels, `go`, `select`, interfaces, floats) has nodes too, so that
 * the checker can refuse it by name. Every node has a span.
 *
 * `a + b + c` is a left-deep tree of any depth: code that walks a `Binary` follows its left spine in a loop
 * and never by recursion, so that expressions of 100,000 terms need no deep stack. The same holds for
 * `else if` chains.
 */

import type { Span } from '../base/source.ts';

export interface File {
  readonly kind: 'File';
  readonly span: Span;
  readonly name: Ident;
  readonly imports: readonly ImportSpec[];
  readonly decls: readonly Decl[];
  /** Every comment of the file, in order. */
  readonly comments: readonly Comment[];
}

export interface Comment {
  /** With its `//` or slash-star delimiters. */
  readonly text: string;
  readonly span: Span;
}

export interface ImportSpec {
  readonly kind: 'ImportSpec';
  readonly span: Span;
  /** `import name "path"`; `_` and `.` are names too. */
  readonly name: Ident | null;
  /** The unquoted path. */
  readonly path: string;
  readonly pathSpan: Span;
}

// ---------------------------------------------------------------- declarations

export type Decl = ConstDecl | VarDecl | TypeDecl | FuncDecl;

/** One `const` spec. In a group, `iota` counts specs and an empty one repeats the type and values before it. */
export interface ConstDecl {
  readonly kind: 'ConstDecl';
  readonly span: Span;
  readonly names: readonly Ident[];
  readonly type: Expr | null;
  /** Empty: implicit repetition (`inherited` is set then, unless the first of its group: an error). */
  readonly values: readonly Expr[];
  readonly iota: number;
  /** The spec whose type and values an empty one repeats. */
  readonly inherited: ConstDecl | null;
  /** Comment lines directly above the spec, or above its group if the spec stands alone in it. */
  readonly doc: readonly Comment[];
}

export interface VarDecl {
  readonly kind: 'VarDecl';
  readonly span: Span;
  readonly names: readonly Ident[];
  readonly type: Expr | null;
  readonly values: readonly Expr[];
  readonly doc: readonly Comment[];
}

export interface TypeDecl {
  readonly kind: 'TypeDecl';
  readonly span: Span;
  readonly name: Ident;
  readonly typeParams: readonly Field[];
  /** `type A = B`. */
  readonly alias: boolean;
  readonly type: Expr;
  readonly doc: readonly Comment[];
}

export interface FuncDecl {
  readonly kind: 'FuncDecl';
  readonly span: Span;
  readonly name: Ident;
  /** A method's receiver: one parameter. */
  readonly receiver: Field | null;
  readonly type: FuncType;
  /** null: a declaration without body. */
  readonly body: Block | null;
  readonly doc: readonly Comment[];
}

/** Parameters, results, struct fields and type parameters: names that share a type. */
export interface Field {
  readonly kind: 'Field';
  readonly span: Span;
  /** Empty: an unnamed parameter or an embedded field. */
  readonly names: readonly Ident[];
  readonly type: Expr;
  /** A struct field's tag, unquoted. */
  readonly tag: string | null;
  readonly doc: readonly Comment[];
}

// ---------------------------------------------------------------- expressions

export type Expr =
  | Ident
  | BasicLit
  | CompositeLit
  | FuncLit
  | Paren
  | Selector
  | Index
  | SliceExpr
  | TypeAssert
  | Call
  | Star
  | Unary
  | Binary
  | ArrayType
  | StructType
  | FuncType
  | InterfaceType
  | MapType
  | ChanType
  | Ellipsis
  | BadExpr;

export interface Ident {
  readonly kind: 'Ident';
  readonly span: Span;
  readonly name: string;
}

export interface BasicLit {
  readonly kind: 'BasicLit';
  readonly span: Span;
  readonly literal: 'int' | 'float' | 'imaginary' | 'rune' | 'string';
  /** As written, quotes and underscores included. */
  readonly text: string;
}

export interface CompositeLit {
  readonly kind: 'CompositeLit';
  readonly span: Span;
  /** null: elided inside another literal. */
  readonly type: Expr | null;
  readonly elements: readonly Element[];
}

export interface Element {
  readonly kind: 'Element';
  readonly span: Span;
  readonly key: Expr | null;
  readonly value: Expr;
}

export interface FuncLit {
  readonly kind: 'FuncLit';
  readonly span: Span;
  readonly type: FuncType;
  readonly body: Block;
}

export interface Paren {
  readonly kind: 'Paren';
  readonly span: Span;
  readonly x: Expr;
}

export interface Selector {
  readonly kind: 'Selector';
  readonly span: Span;
  readonly x: Expr;
  readonly sel: Ident;
}

/** `x[i]`, and instantiation `x[T, U]`. */
export interface Index {
  readonly kind: 'Index';
  readonly span: Span;
  readonly x: Expr;
  readonly indices: readonly Expr[];
}

export interface SliceExpr {
  readonly kind: 'SliceExpr';
  readonly span: Span;
  readonly x: Expr;
  readonly low: Expr | null;
  readonly high: Expr | null;
  /** `x[a:b:c]`. */
  readonly max: Expr | null;
}

export interface TypeAssert {
  readonly kind: 'TypeAssert';
  readonly span: Span;
  readonly x: Expr;
  /** null: `x.(type)`. */
  readonly type: Expr | null;
}

export interface Call {
  readonly kind: 'Call';
  readonly span: Span;
  readonly fun: Expr;
  readonly args: readonly Expr[];
  /** `f(xs...)`. */
  readonly spread: boolean;
  /** Of the closing parenthesis; Go reports a missing argument there. */
  readonly rparen: Span;
}

/** `*x`: a dereference or a pointer type. */
export interface Star {
  readonly kind: 'Star';
  readonly span: Span;
  readonly x: Expr;
}

export type UnaryOp = '+' | '-' | '!' | '^' | '&' | '<-' | '~';

export interface Unary {
  readonly kind: 'Unary';
  readonly span: Span;
  readonly op: UnaryOp;
  readonly x: Expr;
}

export type BinaryOp =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '|'
  | '^'
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '&'
  | '&^';

export interface Binary {
  readonly kind: 'Binary';
  readonly span: Span;
  readonly op: BinaryOp;
  readonly opSpan: Span;
  readonly x: Expr;
  readonly y: Expr;
}

export interface ArrayType {
  readonly kind: 'ArrayType';
  readonly span: Span;
  /** null: a slice type; 'auto': `[...]T`. */
  readonly length: Expr | 'auto' | null;
  readonly element: Expr;
}

export interface StructType {
  readonly kind: 'StructType';
  readonly span: Span;
  readonly fields: readonly Field[];
}

export interface FuncType {
  readonly kind: 'FuncType';
  readonly span: Span;
  readonly typeParams: readonly Field[];
  readonly params: readonly Field[];
  readonly results: readonly Field[];
}

export interface InterfaceType {
  readonly kind: 'InterfaceType';
  readonly span: Span;
  /** Embedded types and unions (`~int | ~uint` is a Binary of Unary nodes). */
  readonly embedded: readonly Expr[];
  readonly methods: readonly { readonly name: Ident; readonly type: FuncType }[];
}

export interface MapType {
  readonly kind: 'MapType';
  readonly span: Span;
  readonly key: Expr;
  readonly value: Expr;
}

export interface ChanType {
  readonly kind: 'ChanType';
  readonly span: Span;
  readonly element: Expr;
}

/** `...T` as the type of a last parameter. */
export interface Ellipsis {
  readonly kind: 'Ellipsis';
  readonly span: Span;
  readonly element: Expr;
}

/** Where the parser could make nothing of the text; an error has been reported. */
export interface BadExpr {
  readonly kind: 'BadExpr';
  readonly span: Span;
}

// ---------------------------------------------------------------- statements

export type Stmt =
  | Block
  | ExprStmt
  | Assign
  | IncDec
  | DeclStmt
  | If
  | For
  | Range
  | Switch
  | TypeSwitch
  | Return
  | Branch
  | Labeled
  | Defer
  | Go
  | Send
  | Select
  | Empty;

export interface Block {
  readonly kind: 'Block';
  readonly span: Span;
  readonly stmts: readonly Stmt[];
}

export interface ExprStmt {
  readonly kind: 'ExprStmt';
  readonly span: Span;
  readonly x: Expr;
}

export type AssignOp =
  | '='
  | ':='
  | '+='
  | '-='
  | '*='
  | '/='
  | '%='
  | '&='
  | '|='
  | '^='
  | '<<='
  | '>>='
  | '&^=';

export interface Assign {
  readonly kind: 'Assign';
  readonly span: Span;
  readonly op: AssignOp;
  readonly opSpan: Span;
  readonly lhs: readonly Expr[];
  readonly rhs: readonly Expr[];
}

export interface IncDec {
  readonly kind: 'IncDec';
  readonly span: Span;
  readonly op: '++' | '--';
  readonly x: Expr;
}

/** `var`, `const` or `type` inside a function. */
export interface DeclStmt {
  readonly kind: 'DeclStmt';
  readonly span: Span;
  readonly decls: readonly Decl[];
}

export interface If {
  readonly kind: 'If';
  readonly span: Span;
  readonly init: Stmt | null;
  readonly cond: Expr;
  readonly then: Block;
  readonly else: Block | If | null;
}

export interface For {
  readonly kind: 'For';
  readonly span: Span;
  readonly init: Stmt | null;
  readonly cond: Expr | null;
  readonly post: Stmt | null;
  readonly body: Block;
}

export interface Range {
  readonly kind: 'Range';
  readonly span: Span;
  readonly key: Expr | null;
  readonly value: Expr | null;
  /** null: `for range x`. */
  readonly op: '=' | ':=' | null;
  readonly x: Expr;
  readonly body: Block;
}

export interface Switch {
  readonly kind: 'Switch';
  readonly span: Span;
  readonly init: Stmt | null;
  readonly tag: Expr | null;
  readonly cases: readonly Case[];
}

export interface Case {
  readonly kind: 'Case';
  readonly span: Span;
  /** null: `default`. */
  readonly values: readonly Expr[] | null;
  readonly body: readonly Stmt[];
}

/** Outside the subset: parsed far enough to be refused by name. */
export interface TypeSwitch {
  readonly kind: 'TypeSwitch';
  readonly span: Span;
  readonly x: Expr;
}

export interface Return {
  readonly kind: 'Return';
  readonly span: Span;
  readonly results: readonly Expr[];
}

export interface Branch {
  readonly kind: 'Branch';
  readonly span: Span;
  readonly keyword: 'break' | 'continue' | 'goto' | 'fallthrough';
  readonly label: Ident | null;
}

export interface Labeled {
  readonly kind: 'Labeled';
  readonly span: Span;
  readonly label: Ident;
  readonly stmt: Stmt;
}

export interface Defer {
  readonly kind: 'Defer';
  readonly span: Span;
  readonly call: Expr;
}

export interface Go {
  readonly kind: 'Go';
  readonly span: Span;
  readonly call: Expr;
}

export interface Send {
  readonly kind: 'Send';
  readonly span: Span;
  readonly channel: Expr;
  readonly value: Expr;
}

export interface Select {
  readonly kind: 'Select';
  readonly span: Span;
}

export interface Empty {
  readonly kind: 'Empty';
  readonly span: Span;
}

export type Node = File | ImportSpec | Decl | Field | Expr | Element | Stmt | Case;
