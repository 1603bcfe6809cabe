/**
 * The rules for expressions.
 *
 *     a + b*c       operands a b c, operators + *    →   Binary(+, a, Binary(*, b, c))
 *     -f(x).y[0]    prefix -, operand f, suffixes    →   Unary(-, Index(Selector(Call(f, x), y), 0))
 *
 * A chain of binary operators is collected flat and then built by precedence, and prefixes and suffixes are folded in loops, so that stack depth
 * depends on brackets only. Whether `{` after a name begins a composite literal or a block depends on `level`: not directly in the header of a
 * statement (Go specification, "Composite literals").
 */

import type { IToken } from 'chevrotain';
import type { BasicLit, Element, Expr, FuncLit, FuncType, UnaryOp } from '../src/ast/ast.ts';
import { type Choice, nestingLimit, type Rule } from './engine.ts';
import { buildBinary } from './precedence.ts';
import { T } from './tokens.ts';
import { TypeRules } from './types.ts';

const literalKinds: ReadonlyMap<number | undefined, BasicLit['literal']> = new Map([
  [T.Int.tokenTypeIdx, 'int'],
  [T.Float.tokenTypeIdx, 'float'],
  [T.Imaginary.tokenTypeIdx, 'imaginary'],
  [T.Rune.tokenTypeIdx, 'rune'],
  [T.String.tokenTypeIdx, 'string'],
]);

export abstract class ExpressionRules extends TypeRules {
  readonly expression: Rule<Expr> = this.rule('expression', () => {
    const operands: Expr[] = [];
    const operators: IToken[] = [];
    operands.push(this.subrule(1, this.unary));
    this.many(1, () => {
      operators.push(this.consume(1, T.BinaryOp));
      operands.push(this.subrule(2, this.unary));
    });
    return buildBinary(operands, operators, this.file.id);
  });

  readonly expressionList: Rule<Expr[]> = this.rule('expressionList', () => {
    const list = [this.subrule(1, this.expression)];
    this.many(1, () => {
      this.consume(1, T.Comma);
      list.push(this.subrule(2, this.expression));
    });
    return list;
  });

  readonly unary: Rule<Expr> = this.rule('unary', () => {
    const prefixes: IToken[] = [];
    this.many(1, {
      GATE: () => !(this.next(T.Arrow) && this.next(T.Chan, 1)),
      DEF: () => {
        prefixes.push(this.consume(1, T.UnaryOp));
        if (prefixes.length > nestingLimit) this.tooDeep();
      },
    });
    const operand = this.oneOf(1, this.operandChoices, ', expected expression');
    return this.prefixed(prefixes, this.manyOf(2, this.suffixChoices, operand));
  });

  private prefixed(prefixes: readonly IToken[], operand: Expr): Expr {
    return prefixes.reduceRight<Expr>((x, { tokenType, image, startOffset }) => {
      const span = this.span(startOffset);
      return tokenType === T.Star
        ? { kind: 'Star', span, x }
        : { kind: 'Unary', span, op: image as UnaryOp, x };
    }, operand);
  }

  readonly name: Rule<Expr> = this.rule('name', () => this.ident(this.consume(1, T.Name)));

  readonly literal: Rule<BasicLit> = this.rule('literal', () => {
    const token = this.consume(1, T.Literal);
    const literal = literalKinds.get(token.tokenTypeIdx) ?? 'int';
    return { kind: 'BasicLit', span: this.tokenSpan(token), literal, text: token.image };
  });

  readonly parenthesized: Rule<Expr> = this.rule('parenthesized', () => {
    const start = this.start();
    this.consume(1, T.LParen);
    this.level++;
    const x = this.subrule(1, this.expression);
    this.level--;
    this.consume(2, T.RParen);
    return { kind: 'Paren', span: this.span(start), x };
  });

  /** Whether `x {` is a composite literal. */
  private literalMayFollow(x: Expr): boolean {
    switch (x.kind) {
      case 'ArrayType':
      case 'StructType':
      case 'MapType':
        return true;
      case 'Ident':
      case 'Selector':
        return this.level >= 0;
      case 'Index':
        return this.level >= 0 && (x.x.kind === 'Ident' || x.x.kind === 'Selector');
      default:
        return false;
    }
  }

  readonly function: Rule<FuncLit | FuncType> = this.rule('function', () => {
    const start = this.start();
    const type = this.subrule(1, this.funcType);
    const body = this.option(1, () => {
      const level = this.level;
      this.level = 0;
      const block = this.subrule(2, this.block);
      this.level = level;
      return block;
    });
    return body ? { kind: 'FuncLit', span: this.span(start), type, body } : type;
  });

  readonly selector: Rule<Expr, [Expr]> = this.rule('selector', (x: Expr) => {
    const start = x?.span.start ?? 0;
    this.consume(1, T.Dot);
    return this.or(1, {
      ERR_MSG: ', expected name or (',
      DEF: [
        {
          ALT: (): Expr => {
            const sel = this.ident(this.consume(2, T.Name));
            return { kind: 'Selector', span: this.span(start), x, sel };
          },
        },
        {
          ALT: (): Expr => {
            this.consume(3, T.LParen);
            const type = this.or(2, {
              ERR_MSG: ', expected type',
              DEF: [
                { ALT: (): Expr | null => this.subrule(1, this.type) },
                { ALT: (): Expr | null => this.typeSwitchGuard(this.consume(4, T.Type)) },
              ],
            });
            this.consume(5, T.RParen);
            return { kind: 'TypeAssert', span: this.span(start), x, type };
          },
        },
      ],
    });
  });

  private typeSwitchGuard(token: IToken): null {
    if (!this.next(T.LBrace, 1) || this.level >= 0)
      this.complain('use of .(type) outside type switch', token);
    return null;
  }

  readonly index: Rule<Expr, [Expr]> = this.rule('index', (x: Expr) => {
    const start = x?.span.start ?? 0;
    const bounds: (Expr | null)[] = [];
    this.level++;
    this.consume(1, T.LBracket);
    const indices = this.list(1, T.RBracket, this.expression);
    this.many(2, () => {
      this.consume(4, T.Colon);
      bounds.push(this.option(3, () => this.subrule(3, this.expression)) ?? null);
    });
    this.checkBounds(indices, bounds);
    this.consume(5, T.RBracket, { ERR_MSG: ', expected comma, : or ]' });
    this.level--;
    const span = this.span(start);
    if (bounds.length === 0) return { kind: 'Index', span, x, indices };
    return {
      kind: 'SliceExpr',
      span,
      x,
      low: indices[0] ?? null,
      high: bounds[0] ?? null,
      max: bounds[1] ?? null,
    };
  });

  private checkBounds(indices: readonly Expr[], bounds: readonly (Expr | null)[]): void {
    if (this.RECORDING_PHASE) return;
    if (bounds.length === 0 && indices.length === 0) this.unexpected(', expected operand');
    if (bounds.length > 0 && indices.length > 1) this.fail('unexpected comma; expecting ]');
    if (bounds.length > 2) this.unexpected(', expected ]');
    if (bounds.length === 2 && !bounds[0]) this.complain('middle index required in 3-index slice');
    else if (bounds.length === 2 && !bounds[1]) this.complain('final index required in 3-index slice');
  }

  readonly call: Rule<Expr, [Expr]> = this.rule('call', (fun: Expr) => {
    const start = fun?.span.start ?? 0;
    this.level++;
    this.consume(1, T.LParen);
    const args = this.list(1, T.RParen, this.expression);
    const spread = this.option(3, {
      GATE: () => args.length > 0,
      DEF: () => {
        this.consume(2, T.Ellipsis);
        this.option(4, () => this.consume(3, T.Comma));
        return true;
      },
    });
    const rparen = this.consume(5, T.RParen, { ERR_MSG: ' in argument list; possibly missing comma or )' });
    this.level--;
    return {
      kind: 'Call',
      span: this.span(start),
      fun,
      args,
      spread: spread === true,
      rparen: this.tokenSpan(rparen),
    };
  });

  readonly composite: Rule<Expr, [Expr | null]> = this.rule('composite', (type: Expr | null) => {
    const start = type?.span.start ?? this.start();
    this.level++;
    this.consume(1, T.LBrace);
    const elements = this.list(1, T.RBrace, this.element);
    this.consume(2, T.RBrace, { ERR_MSG: ' in composite literal; possibly missing comma or }' });
    this.level--;
    return { kind: 'CompositeLit', span: this.span(start), type, elements };
  });

  readonly element: Rule<Element> = this.rule('element', () => {
    const start = this.start();
    const first = this.oneOf(1, this.elementChoices, ', expected expression');
    const second = this.option(1, () => {
      this.consume(1, T.Colon);
      return this.oneOf(2, this.elementChoices, ', expected expression');
    });
    return { kind: 'Element', span: this.span(start), key: second ? first : null, value: second ?? first };
  });

  /** A composite literal whose type is that of the elements around it. */
  readonly elided: Rule<Expr> = this.rule('elided', () => this.subrule(1, this.composite, { ARGS: [null] }));

  private readonly elementChoices: readonly Choice<Expr>[] = [
    { rule: this.expression },
    { rule: this.elided },
  ];

  private readonly operandChoices: readonly Choice<Expr>[] = [
    { rule: this.name },
    { rule: this.literal },
    { rule: this.parenthesized },
    { rule: this.function },
    { rule: this.arrayType },
    { rule: this.structType },
    { rule: this.mapType },
    { rule: this.chanType },
    { rule: this.interfaceType },
  ];

  private readonly suffixChoices: readonly Choice<Expr, [Expr]>[] = [
    { rule: this.selector },
    { rule: this.index },
    { rule: this.call },
    { rule: this.composite, GATE: (x) => this.literalMayFollow(x) },
  ];
}
