/** What the parser makes of each construct, as the printer shows it; spans, comments, and whole programs. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { File, Node } from '../src/ast/ast.ts';
import { printAst } from '../src/ast/print.ts';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { sourceFile } from '../src/base/source.ts';
import { parseFile } from './parse.ts';

function parse(text: string): File {
  const diagnostics = new Diagnostics();
  const tree = parseFile(sourceFile(0, 'a.go', text), diagnostics);
  expect(diagnostics.list).toEqual([]);
  return tree;
}

/** The only declaration of a file. */
function declaration(text: string): string {
  const [only] = parse(`package p\n${text}\n`).decls;
  return only ? printAst(only).trim() : '';
}

function lines(text: string): string {
  return text.replace(/\n\s*/g, ' ');
}

/** The statements of a function body. */
function statements(text: string): string {
  const [only] = parse(`package p\nfunc f() {\n${text}\n}\n`).decls;
  const stmts = only?.kind === 'FuncDecl' ? (only.body?.stmts ?? []) : [];
  return stmts.map((stmt) => lines(printAst(stmt).trim())).join(' ');
}

function expression(text: string): string {
  return statements(`_ = ${text}`).replace(/^\(Assign = lhs: _ rhs: (.*)\)$/, '$1');
}

describe('expressions', () => {
  it.each([
    ['a + b*c - d', '(Binary - (Binary + a (Binary * b c)) d)'],
    ['a || b && c == d+e<<f', '(Binary || a (Binary && b (Binary == c (Binary + d (Binary << e f)))))'],
    ['a &^ b | c ^ d', '(Binary ^ (Binary | (Binary &^ a b) c) d)'],
    ['-a * b', '(Binary * (Unary - a) b)'],
    ['- -a', '(Unary - (Unary - a))'],
    ['!*p.q', '(Unary ! (Star (Selector p q)))'],
    ['&T{1}', '(Unary & (CompositeLit type: T (Element value: 1)))'],
    ['<-c', '(Unary <- c)'],
    ['(a + b) * c', '(Binary * (Paren (Binary + a b)) c)'],
    ['f(a, b...)', '(Call f a b spread)'],
    ['f(\n\ta,\n\tb,\n)', '(Call f a b)'],
    ['a[i]', '(Index a indices: i)'],
    ['F[int, *T](x)', '(Call (Index F indices: [int (Star T)]) x)'],
    ['a[:]', '(SliceExpr a)'],
    ['a[1:]', '(SliceExpr a low: 1)'],
    ['a[:2]', '(SliceExpr a high: 2)'],
    ['a[1:2:3]', '(SliceExpr a low: 1 high: 2 max: 3)'],
    ['x.(T)', '(TypeAssert x type: T)'],
    ['[]byte(s)', '(Call (ArrayType element: byte) s)'],
    ['(*T)(p)', '(Call (Paren (Star T)) p)'],
    ['(*T).M', '(Selector (Paren (Star T)) M)'],
    ['struct{}{}', '(CompositeLit type: (StructType))'],
    [
      '[...]int{1: 2, 3}',
      '(CompositeLit type: (ArrayType length: auto element: int) (Element key: 1 value: 2) (Element value: 3))',
    ],
    [
      '[2][2]int{{1, 2}, {}}',
      '(CompositeLit type: (ArrayType length: 2 element: (ArrayType length: 2 element: int)) (Element value: (CompositeLit (Element value: 1) (Element value: 2))) (Element value: (CompositeLit)))',
    ],
    [
      'map[K]V{{1}: {2}}',
      '(CompositeLit type: (MapType key: K value: V) (Element key: (CompositeLit (Element value: 1)) value: (CompositeLit (Element value: 2))))',
    ],
    ['p.T[int]{x: 1}', '(CompositeLit type: (Index (Selector p T) indices: int) (Element key: x value: 1))'],
    [
      'func() int { return 1 }()',
      '(Call (FuncLit type: (FuncType results: (Field type: int)) body: (Block (Return results: 1))))',
    ],
    ['make(chan<- int, 3)', '(Call make (ChanType element: int) 3)'],
    ['new(<-chan int)', '(Call new (ChanType element: int))'],
    ['interface{}(x)', '(Call (InterfaceType) x)'],
  ])('%s', (text, tree) => {
    expect(expression(text)).toBe(tree);
  });

  it.each([
    '0',
    '017',
    '0o17',
    '0b1_0',
    '0xFF',
    '1_000',
    '.5',
    '1.',
    '1e-9',
    '0x1p-2',
    '3i',
    '08.5',
    "'a'",
    "'\\''",
    "'\\x7f'",
    "'é'",
    '"a\\tb\\u00e9"',
    '`a\\`',
    '"\\377"',
  ])('literal %s as written', (text) => {
    expect(expression(text)).toBe(text);
  });

  it('chains of binary operators lean to the left', () => {
    let x: Node | undefined = parse(`package p\nvar x = ${Array(100_000).fill('a').join('+')}`).decls[0];
    let height = 0;
    for (x = x?.kind === 'VarDecl' ? x.values[0] : undefined; x?.kind === 'Binary'; x = x.x) {
      expect(x.y.kind).toBe('Ident');
      height++;
    }
    expect(height).toBe(99_999);
  });
});

describe('statements', () => {
  it.each([
    ['a, b = b, a', '(Assign = lhs: [a b] rhs: [b a])'],
    ['x &^= 1', '(Assign &^= lhs: x rhs: 1)'],
    ['x++', '(IncDec ++ x)'],
    ['c <- 1', '(Send channel: c value: 1)'],
    [
      'if x := f(); x > 0 {\n} else if y {\n} else {\n}',
      '(If init: (Assign := lhs: x rhs: (Call f)) cond: (Binary > x 0) then: (Block) else: (If cond: y then: (Block) else: (Block)))',
    ],
    [
      'if x == (T{1}) {\n}',
      '(If cond: (Binary == x (Paren (CompositeLit type: T (Element value: 1)))) then: (Block))',
    ],
    ['if f(T{1}) {\n}', '(If cond: (Call f (CompositeLit type: T (Element value: 1))) then: (Block))'],
    [
      'if x := (func() bool { return T{} == t })(); x {\n}',
      '(If init: (Assign := lhs: x rhs: (Call (Paren (FuncLit type: (FuncType results: (Field type: bool)) body: (Block (Return results: (Binary == (CompositeLit type: T) t))))))) cond: x then: (Block))',
    ],
    ['for {\n}', '(For body: (Block))'],
    ['for x {\n}', '(For cond: x body: (Block))'],
    ['for ;; {\n}', '(For body: (Block))'],
    [
      'for i := 0; i < 3; i++ {\n}',
      '(For init: (Assign := lhs: i rhs: 0) cond: (Binary < i 3) post: (IncDec ++ i) body: (Block))',
    ],
    ['for range 10 {\n}', '(Range 10 body: (Block))'],
    ['for i := range 10 {\n}', '(Range key: i := 10 body: (Block))'],
    ['for k, v = range m {\n}', '(Range key: k value: v = m body: (Block))'],
    [
      'for _, x := range []T{{1}} {\n}',
      '(Range key: _ value: x := (CompositeLit type: (ArrayType element: T) (Element value: (CompositeLit (Element value: 1)))) body: (Block))',
    ],
    [
      'switch {\ncase a, b:\n\tf()\n\tfallthrough\ndefault:\n}',
      '(Switch (Case values: [a b] (ExprStmt (Call f)) (Branch fallthrough)) (Case))',
    ],
    ['switch x := f(); x {\n}', '(Switch init: (Assign := lhs: x rhs: (Call f)) tag: x)'],
    ['switch x := y.(type) {\ncase int:\n}', '(TypeSwitch y)'],
    ['switch y.(type) {\n}', '(TypeSwitch y)'],
    ['select {\ncase v := <-c:\n\tf(v)\ncase c <- 1:\ndefault:\n}', '(Select)'],
    ['L:\n\tfor {\n\t\tbreak L\n\t}', '(Labeled L (For body: (Block (Branch break L))))'],
    ['goto L\nL:', '(Branch goto L) (Labeled L (Empty))'],
    ['L: ; continue', '(Labeled L (Empty)) (Branch continue)'],
    ['defer f()\ngo g()', '(Defer (Call f)) (Go (Call g))'],
    ['return', '(Return)'],
    ['return a, b', '(Return results: [a b])'],
    ['var a, b int = 1, 2', '(DeclStmt (VarDecl a b type: int values: [1 2]))'],
    ['{\n\t;;x()\n}', '(Block (ExprStmt (Call x)))'],
    ['type T struct{ a int }', '(DeclStmt (TypeDecl T type: (StructType fields: (Field a type: int))))'],
  ])('%s', (text, tree) => {
    expect(statements(text)).toBe(tree);
  });

  it('else if chains of any length', () => {
    const tree = parse(`package p\nfunc f() {\n${'if x {\n} else '.repeat(50_000)}{\n}\n}\n`);
    expect(printAst(tree).match(/\(If/g)?.length).toBe(50_000);
  });
});

describe('declarations', () => {
  it.each([
    ['const a, b int = 1, 2', '(ConstDecl a b type: int values: [1 2])'],
    [
      'var f func(int, ...string) (a, b T)',
      '(VarDecl f type: (FuncType params: [(Field type: int) (Field type: (Ellipsis element: string))] results: (Field a b type: T)))',
    ],
    ['type A = B', '(TypeDecl A alias type: B)'],
    ['type A [N]int', '(TypeDecl A type: (ArrayType length: N element: int))'],
    ['type A [N * 2]int', '(TypeDecl A type: (ArrayType length: (Binary * N 2) element: int))'],
    ['type A [N * (2)]int', '(TypeDecl A type: (ArrayType length: (Binary * N (Paren 2)) element: int))'],
    ['type A [f(2)]int', '(TypeDecl A type: (ArrayType length: (Call f 2) element: int))'],
    ['type A []int', '(TypeDecl A type: (ArrayType element: int))'],
    ['type A[P any] []P', '(TypeDecl A typeParams: (Field P type: any) type: (ArrayType element: P))'],
    ['type A[P *T,] int', '(TypeDecl A typeParams: (Field P type: (Star T)) type: int)'],
    [
      'type A[P *T, Q any] int',
      '(TypeDecl A typeParams: [(Field P type: (Star T)) (Field Q type: any)] type: int)',
    ],
    ['type A[P []int] int', '(TypeDecl A typeParams: (Field P type: (ArrayType element: int)) type: int)'],
    [
      'type A[P, Q ~int | ~uint] struct{}',
      '(TypeDecl A typeParams: (Field P Q type: (Binary | (Unary ~ int) (Unary ~ uint))) type: (StructType))',
    ],
    [
      'type A[P interface{ ~int }] int',
      '(TypeDecl A typeParams: (Field P type: (InterfaceType embedded: (Unary ~ int))) type: int)',
    ],
    [
      'type A[P *interface{}] int',
      '(TypeDecl A typeParams: (Field P type: (Star (InterfaceType))) type: int)',
    ],
    [
      'type S struct {\n\ta, b [N]T `x:"y"`\n\t*E\n\tp.Q\n\tG[int]\n\tc [2]int; d T\n}',
      '(TypeDecl S type: (StructType fields: [(Field a b type: (ArrayType length: N element: T) tag: "x:\\"y\\"") (Field type: (Star E)) (Field type: (Selector p Q)) (Field type: (Index G indices: int)) (Field c type: (ArrayType length: 2 element: int)) (Field d type: T)]))',
    ],
    [
      'type I interface {\n\tM(a int) error\n\tE\n\t~int | ~string\n}',
      '(TypeDecl I type: (InterfaceType methods: [M (FuncType params: (Field a type: int) results: (Field type: error))] embedded: [E (Binary | (Unary ~ int) (Unary ~ string))]))',
    ],
    ['func f()', '(FuncDecl f type: (FuncType))'],
    [
      'func (t *T[K]) f(a, b int, c ...T) (n int, err error) {}',
      '(FuncDecl receiver: (Field t type: (Star (Index T indices: K))) f type: (FuncType params: [(Field a b type: int) (Field c type: (Ellipsis element: T))] results: [(Field n type: int) (Field err type: error)]) body: (Block))',
    ],
    [
      'func f[T any, U ~[]T](a [3]T, b U[int], c []T)',
      '(FuncDecl f type: (FuncType typeParams: [(Field T type: any) (Field U type: (Unary ~ (ArrayType element: T)))] params: [(Field a type: (ArrayType length: 3 element: T)) (Field b type: (Index U indices: int)) (Field c type: (ArrayType element: T))]))',
    ],
    [
      'func f(a, b, []int, p.T, *U, func(), G[int])',
      '(FuncDecl f type: (FuncType params: [(Field type: a) (Field type: b) (Field type: (ArrayType element: int)) (Field type: (Selector p T)) (Field type: (Star U)) (Field type: (FuncType)) (Field type: (Index G indices: int))]))',
    ],
    [
      'func f() func() (int)',
      '(FuncDecl f type: (FuncType results: (Field type: (FuncType results: (Field type: int)))))',
    ],
  ])('%s', (text, tree) => {
    expect(lines(declaration(text))).toBe(tree);
  });

  it('imports', () => {
    const { imports } = parse('package p\nimport "a"\nimport (\n\tb "c/d"\n\t. "e"\n\t_ `f`\n)\n');
    expect(imports.map(({ name, path }) => [name?.name, path])).toEqual([
      [undefined, 'a'],
      ['b', 'c/d'],
      ['.', 'e'],
      ['_', 'f'],
    ]);
  });

  it('groups of constants: iota, and the values that a spec repeats', () => {
    const { decls } = parse(
      'package p\nconst (\n\tA int = iota\n\tB\n\tC\n\tD = 9\n\tE\n)\nconst F = iota\n',
    );
    const seen = decls.map(
      (d) =>
        d.kind === 'ConstDecl' && [d.names[0]?.name, d.iota, d.inherited?.names[0]?.name, d.values.length],
    );
    expect(seen).toEqual([
      ['A', 0, undefined, 1],
      ['B', 1, 'A', 0],
      ['C', 2, 'A', 0],
      ['D', 3, undefined, 1],
      ['E', 4, 'D', 0],
      ['F', 0, undefined, 1],
    ]);
  });
});

describe('comments', () => {
  const text = [
    '// of the file',
    'package p',
    '',
    '// apart',
    '',
    '// one',
    '//bpf:map hash 1',
    'var a int // beside a',
    'var b int',
    '/* above',
    '   c */',
    'type c struct {',
    '\t// of x',
    '\tx int',
    '\ty int',
    '}',
    '// of the group',
    'const (',
    '\tD = 1',
    ')',
    '// of neither',
    'var (',
    '\t// of e',
    '\te int',
    '\tf int',
    ')',
  ].join('\n');

  it('directly above a declaration or a field are its doc', () => {
    const tree = parse(text);
    const docs: Record<string, string[]> = {};
    for (const decl of tree.decls) {
      const name = 'names' in decl ? decl.names[0]?.name : decl.name.name;
      docs[name ?? ''] = decl.doc.map((comment) => comment.text);
      if (decl.kind === 'TypeDecl' && decl.type.kind === 'StructType') {
        for (const field of decl.type.fields)
          docs[field.names[0]?.name ?? ''] = field.doc.map((comment) => comment.text);
      }
    }
    expect(docs).toEqual({
      a: ['// one', '//bpf:map hash 1'],
      b: [],
      c: ['/* above\n   c */'],
      x: ['// of x'],
      y: [],
      D: ['// of the group'],
      e: ['// of e'],
      f: [],
    });
  });

  it('are all kept, in order, with their places', () => {
    const { comments } = parse(text);
    expect(comments.length).toBe(10);
    for (const comment of comments)
      expect(text.slice(comment.span.start, comment.span.end)).toBe(comment.text);
  });
});

/** Every node under a node. */
function* nodesOf(root: unknown): Generator<Node> {
  if (Array.isArray(root)) for (const item of root) yield* nodesOf(item);
  else if (typeof root === 'object' && root !== null) {
    if ('kind' in root && 'span' in root) yield root as Node;
    for (const [key, value] of Object.entries(root))
      if (key !== 'inherited' && key !== 'doc') yield* nodesOf(value);
  }
}

const samples = fileURLToPath(new URL('../examples/', import.meta.url));
const programs = readdirSync(samples, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.go'))
  .sort();

describe('the example programs', () => {
  it.each(programs)('%s parses, and its spans are the text of its nodes', (name) => {
    const text = readFileSync(samples + name, 'utf8');
    const tree = parse(text);
    expect(tree.decls.length).toBeGreaterThan(0);
    for (const node of nodesOf(tree)) {
      const source = text.slice(node.span.start, node.span.end);
      if (node.kind !== 'File') expect(source).toBe(source.trim());
      if (node.kind === 'Ident') expect(source).toBe(node.name);
      else if (node.kind === 'BasicLit') expect(source).toBe(node.text);
      else if (node.kind === 'Binary') expect(text.slice(node.opSpan.start, node.opSpan.end)).toBe(node.op);
      else if (node.kind === 'Call') expect(text[node.rparen.start]).toBe(')');
      else if (node.kind !== 'File' && node.kind !== 'Empty') expect(source.length).toBeGreaterThan(0);
    }
  });
});
