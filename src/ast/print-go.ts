/**
 * The syntax tree as Go source.
 *
 *     (VarDecl x values: (Binary + a 1))      →   var x = a + 1
 *
 * Meant for tests and dumps: the text parses back to the same tree, spans and comments aside; layout is not gofmt's. Parentheses are those of
 * the tree. Works with a list of pending pieces, not by recursion, like print.ts.
 */

import type { Comment, Decl, Expr, Field, File, FuncType, Node, Stmt } from './ast.ts';

type Piece = string | Node | Indented;

/** Pieces one level deeper. */
interface Indented {
  readonly deeper: readonly Piece[];
}

export function printGo(file: File): string {
  const text: string[] = [];
  const pending: (Piece | null)[] = [];
  const later = (pieces: readonly (Piece | null)[]): void => {
    for (const piece of pieces.toReversed()) pending.push(piece);
  };
  let indent = 0;
  later(declarations(file));
  for (let piece = pending.pop(); piece !== undefined; piece = pending.pop()) {
    if (piece === null) indent--;
    else if (typeof piece === 'string') text.push(piece.replaceAll('\n', `\n${'\t'.repeat(indent)}`));
    else if ('deeper' in piece) {
      indent++;
      later([...piece.deeper, null]);
    } else if (piece.kind === 'BasicLit') text.push(piece.text);
    else later(piecesOf(piece));
  }
  return text.join('');
}

function declarations(file: File): Piece[] {
  const imports = file.imports.flatMap<Piece>((spec) => ['\n', spec]);
  return ['package ', file.name, '\n', ...imports, ...declarationList(file.decls), '\n'];
}

/** Constants whose iota counts on belong to one group. */
function declarationList(decls: readonly Decl[]): Piece[] {
  const groups: Decl[][] = [];
  for (const decl of decls) {
    const group = groups.at(-1);
    if (group && decl.kind === 'ConstDecl' && decl.iota > 0) group.push(decl);
    else groups.push([decl]);
  }
  return groups.flatMap<Piece>((group) => ['\n', ...declaration(group)]);
}

const keywords = { ConstDecl: 'const ', VarDecl: 'var ', TypeDecl: 'type ', FuncDecl: 'func ' } as const;

/** One declaration: specs of a kind, in parentheses unless there is only one. */
function declaration(group: readonly Decl[]): Piece[] {
  const [first, second] = group;
  if (!first) return [];
  if (!second) return [...docLines(first.doc), keywords[first.kind], ...spec(first)];
  const specs = group.flatMap<Piece>((decl) => ['\n', ...docLines(decl.doc), ...spec(decl)]);
  return [keywords[first.kind], '(', { deeper: specs }, '\n)'];
}

/** A declaration without comment and keyword. */
function spec(decl: Decl): Piece[] {
  switch (decl.kind) {
    case 'ConstDecl':
    case 'VarDecl':
      return [...commas(decl.names), ...typed(decl.type), ...assigned(decl.values)];
    case 'TypeDecl':
      return [decl.name, ...typeParameters(decl.typeParams), decl.alias ? ' = ' : ' ', decl.type];
    case 'FuncDecl': {
      const receiver = decl.receiver ? ['(', decl.receiver, ') '] : [];
      return [...receiver, decl.name, ...signature(decl.type), ...optional(decl.body, ' ')];
    }
    default:
      decl satisfies never;
      return [];
  }
}

function docLines(doc: readonly Comment[]): Piece[] {
  return doc.map(({ text }) => `${text}\n`);
}

function commas(nodes: readonly Node[]): Piece[] {
  return nodes.flatMap<Piece>((node, i) => (i === 0 ? [node] : [', ', node]));
}

function typed(type: Expr | null): Piece[] {
  return type ? [' ', type] : [];
}

function assigned(values: readonly Expr[]): Piece[] {
  return values.length > 0 ? [' = ', ...commas(values)] : [];
}

function optional(node: Node | null, before = '', after = ''): Piece[] {
  return node ? [before, node, after] : [];
}

function piecesOf(node: Node): Piece[] {
  switch (node.kind) {
    case 'File':
      return declarations(node);
    case 'ImportSpec':
      return ['import ', ...optional(node.name, '', ' '), JSON.stringify(node.path)];
    case 'ConstDecl':
    case 'VarDecl':
    case 'TypeDecl':
    case 'FuncDecl':
      return declaration([node]);
    case 'Field':
      return [
        ...docLines(node.doc),
        ...commas(node.names),
        node.names.length > 0 ? ' ' : '',
        node.type,
        node.tag === null ? '' : ` ${JSON.stringify(node.tag)}`,
      ];
    case 'Element':
      return [...optional(node.key, '', ': '), node.value];
    case 'Case':
      return [
        ...(node.values ? ['case ', ...commas(node.values)] : ['default']),
        ':',
        { deeper: node.body.flatMap<Piece>((stmt) => ['\n', stmt]) },
      ];
    default:
      return isStatement(node) ? statement(node) : expression(node);
  }
}

function typeParameters(fields: readonly Field[]): Piece[] {
  // The last comma keeps `[P *T]` from being an array length.
  return fields.length > 0 ? ['[', ...commas(fields), ',]'] : [];
}

function signature(type: FuncType): Piece[] {
  const results = type.results.length > 0 ? [' (', ...commas(type.results), ')'] : [];
  return [...typeParameters(type.typeParams), '(', ...commas(type.params), ')', ...results];
}

function expression(node: Expr): Piece[] {
  switch (node.kind) {
    case 'Ident':
      return [node.name];
    case 'BasicLit':
      return [node.text];
    case 'BadExpr':
      return ['_'];
    case 'CompositeLit':
      return [...optional(node.type), '{', ...commas(node.elements), '}'];
    case 'FuncLit':
      return ['func', ...signature(node.type), ' ', node.body];
    case 'Paren':
      return ['(', node.x, ')'];
    case 'Selector':
      return [node.x, '.', node.sel];
    case 'Index':
      return [node.x, '[', ...commas(node.indices), ']'];
    case 'SliceExpr':
      return [
        node.x,
        '[',
        ...optional(node.low),
        ':',
        ...optional(node.high),
        ...optional(node.max, ':'),
        ']',
      ];
    case 'TypeAssert':
      return [node.x, '.(', node.type ?? 'type', ')'];
    case 'Call':
      return [node.fun, '(', ...commas(node.args), node.spread ? ' ...' : '', ')'];
    case 'Star':
      return ['*', node.x];
    case 'Unary':
      // The space keeps `- -x` from being `--x`.
      return [node.op, ' ', node.x];
    case 'Binary':
      return [node.x, ` ${node.op} `, node.y];
    case 'ArrayType':
      return ['[', node.length === 'auto' ? '...' : (node.length ?? ''), ']', node.element];
    case 'StructType':
      return ['struct {', { deeper: node.fields.flatMap<Piece>((field) => ['\n', field]) }, '\n}'];
    case 'FuncType':
      return ['func', ...signature(node)];
    case 'InterfaceType': {
      const methods = node.methods.flatMap<Piece>(({ name, type }) => ['\n', name, ...signature(type)]);
      const embedded = node.embedded.flatMap<Piece>((type) => ['\n', type]);
      return ['interface {', { deeper: [...methods, ...embedded] }, '\n}'];
    }
    case 'MapType':
      return ['map[', node.key, ']', node.value];
    case 'ChanType':
      return ['chan ', node.element];
    case 'Ellipsis':
      return ['...', node.element];
    default:
      node satisfies never;
      return [];
  }
}

const statementKinds: ReadonlySet<string> = new Set<Stmt['kind']>([
  'Block',
  'ExprStmt',
  'Assign',
  'IncDec',
  'DeclStmt',
  'If',
  'For',
  'Range',
  'Switch',
  'TypeSwitch',
  'Return',
  'Branch',
  'Labeled',
  'Defer',
  'Go',
  'Send',
  'Select',
  'Empty',
]);

function isStatement(node: Expr | Stmt): node is Stmt {
  return statementKinds.has(node.kind);
}

function statement(node: Stmt): Piece[] {
  switch (node.kind) {
    case 'Block':
      return ['{', { deeper: node.stmts.flatMap<Piece>((stmt) => ['\n', stmt]) }, '\n}'];
    case 'ExprStmt':
      return [node.x];
    case 'Assign':
      return [...commas(node.lhs), ` ${node.op} `, ...commas(node.rhs)];
    case 'IncDec':
      return [node.x, node.op];
    case 'DeclStmt':
      return node.decls.length > 0 ? declaration(node.decls) : ['var ()'];
    case 'If':
      return [
        'if ',
        ...optional(node.init, '', '; '),
        node.cond,
        ' ',
        node.then,
        ...optional(node.else, ' else '),
      ];
    case 'For':
      if (!node.init && !node.post) return ['for ', ...optional(node.cond, '', ' '), node.body];
      return [
        'for ',
        ...optional(node.init),
        '; ',
        ...optional(node.cond),
        '; ',
        ...optional(node.post, '', ' '),
        node.body,
      ];
    case 'Range': {
      const variables = node.key ? [node.key, ...optional(node.value, ', '), ` ${node.op ?? '='} `] : [];
      return ['for ', ...variables, 'range ', node.x, ' ', node.body];
    }
    case 'Switch': {
      const cases = node.cases.flatMap<Piece>((clause) => ['\n', clause]);
      return [
        'switch ',
        ...optional(node.init, '', '; '),
        ...optional(node.tag, '', ' '),
        '{',
        ...cases,
        '\n}',
      ];
    }
    case 'TypeSwitch':
      return ['switch ', node.x, '.(type) {\n}'];
    case 'Return':
      return ['return', ...(node.results.length > 0 ? [' ', ...commas(node.results)] : [])];
    case 'Branch':
      return [node.keyword, ...optional(node.label, ' ')];
    case 'Labeled':
      return [node.label, ': ', node.stmt];
    case 'Defer':
      return ['defer ', node.call];
    case 'Go':
      return ['go ', node.call];
    case 'Send':
      return [node.channel, ' <- ', node.value];
    case 'Select':
      return ['select {\n}'];
    case 'Empty':
      return [';'];
    default:
      node satisfies never;
      return [];
  }
}
