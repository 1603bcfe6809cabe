/**
 * The rules for types, parameters and type parameters.
 *
 *     map[K]*[4]T      →   MapType(K, Star(ArrayType(4, T)))
 *     (a, b int, _ T)  →   Field([a, b], int), Field([_], T)
 *
 * Types are expressions in the tree. These rules serve the places where only a type can stand; inside expressions the
 * rules of expressions.ts call back here for array, struct, func, map, chan and interface types.
 */

import type { IToken, TokenType } from 'chevrotain';
import type {
  ArrayType,
  Block,
  ChanType,
  Comment,
  Expr,
  Field,
  FuncType,
  Ident,
  InterfaceType,
  MapType,
  StructType,
} from '../src/ast/ast.ts';
import { type Choice, Engine, nestingLimit, type Rule } from './engine.ts';
import { unquote } from './literals.ts';
import { groupParameters, type Parameter } from './parameters.ts';
import { buildBinary } from './precedence.ts';
import { T } from './tokens.ts';

export interface Signature {
  readonly params: readonly Field[];
  readonly results: readonly Field[];
}

type InterfaceMethod = InterfaceType['methods'][number];

export abstract class TypeRules extends Engine {
  abstract readonly expression: Rule<Expr>;
  abstract readonly block: Rule<Block>;
  /** The comment lines directly above an offset. */
  protected abstract docAt(offset: number): readonly Comment[];

  protected ident(token: IToken): Ident {
    return { kind: 'Ident', span: this.tokenSpan(token), name: token.image };
  }

  readonly type: Rule<Expr> = this.rule('type', () => {
    const stars: number[] = [];
    this.many(1, () => {
      stars.push(this.consume(1, T.Star).startOffset);
      if (stars.length > nestingLimit) this.tooDeep();
    });
    const x = this.oneOf(1, this.typeChoices, ', expected type');
    return stars.reduceRight<Expr>((x, start) => ({ kind: 'Star', span: this.span(start), x }), x);
  });

  readonly typeName: Rule<Expr> = this.rule('typeName', () => {
    const start = this.start();
    let x: Expr = this.ident(this.consume(1, T.Name));
    this.option(1, () => {
      this.consume(2, T.Dot);
      const sel = this.ident(this.consume(3, T.Name));
      x = { kind: 'Selector', span: this.span(start), x, sel };
    });
    this.option(2, () => {
      const indices = this.subrule(1, this.typeArguments);
      x = { kind: 'Index', span: this.span(start), x, indices };
    });
    return x;
  });

  readonly typeArguments: Rule<Expr[]> = this.rule('typeArguments', () => {
    this.consume(1, T.LBracket);
    const types = this.list(1, T.RBracket, this.type);
    if (!this.RECORDING_PHASE && types.length === 0) this.unexpected(', expected type');
    this.consume(4, T.RBracket, { ERR_MSG: ' in type argument list; possibly missing comma or ]' });
    return types;
  });

  readonly parenthesizedType: Rule<Expr> = this.rule('parenthesizedType', () => {
    const start = this.start();
    this.consume(1, T.LParen);
    const x = this.subrule(1, this.type);
    this.consume(2, T.RParen);
    return { kind: 'Paren', span: this.span(start), x };
  });

  readonly arrayType: Rule<ArrayType> = this.rule('arrayType', () => {
    const start = this.start();
    this.consume(1, T.LBracket);
    const length = this.or(1, {
      ERR_MSG: ', expected array length or type',
      DEF: [
        {
          ALT: (): ArrayType['length'] => {
            this.consume(2, T.RBracket);
            return null;
          },
        },
        {
          ALT: (): ArrayType['length'] => {
            this.consume(3, T.Ellipsis);
            this.consume(4, T.RBracket);
            return 'auto';
          },
        },
        {
          ALT: (): ArrayType['length'] => {
            this.level++;
            const length = this.subrule(1, this.expression);
            this.level--;
            this.consume(5, T.RBracket);
            return length;
          },
        },
      ],
    });
    const element = this.subrule(2, this.type);
    return { kind: 'ArrayType', span: this.span(start), length, element };
  });

  readonly mapType: Rule<MapType> = this.rule('mapType', () => {
    const start = this.start();
    this.consume(1, T.Map);
    this.consume(2, T.LBracket);
    const key = this.subrule(1, this.type);
    this.consume(3, T.RBracket);
    const value = this.subrule(2, this.type);
    return { kind: 'MapType', span: this.span(start), key, value };
  });

  readonly chanType: Rule<ChanType> = this.rule('chanType', () => {
    const start = this.start();
    this.or(1, [
      {
        ALT: () => {
          this.consume(1, T.Chan);
          this.option(1, () => this.consume(2, T.Arrow));
        },
      },
      {
        ALT: () => {
          this.consume(3, T.Arrow);
          this.consume(4, T.Chan);
        },
      },
    ]);
    const element = this.subrule(1, this.type);
    return { kind: 'ChanType', span: this.span(start), element };
  });

  readonly structType: Rule<StructType> = this.rule('structType', () => {
    const start = this.start();
    const fields: Field[] = [];
    this.consume(1, T.Struct);
    this.consume(2, T.LBrace);
    this.many(1, () => {
      fields.push(this.subrule(1, this.fieldDeclaration));
      const separator = this.option(1, () => this.consume(3, T.Semicolon));
      if (!separator) this.mustClose(T.RBrace, ', expected semicolon, newline, or } after field');
    });
    if (this.next(T.LParen)) this.fail('cannot parenthesize embedded type');
    this.consume(4, T.RBrace, { ERR_MSG: ', expected field name or embedded type' });
    return { kind: 'StructType', span: this.span(start), fields };
  });

  readonly fieldDeclaration: Rule<Field> = this.rule('fieldDeclaration', () => {
    const start = this.start();
    const names: Ident[] = [];
    const type = this.or(1, [
      { GATE: () => this.embedded(), ALT: () => this.subrule(1, this.embeddedType) },
      {
        ALT: () => {
          names.push(this.ident(this.consume(1, T.Name)));
          this.many(1, () => {
            this.consume(2, T.Comma);
            names.push(this.ident(this.consume(3, T.Name)));
          });
          return this.subrule(2, this.type);
        },
      },
    ]);
    const tag = this.option(1, () => unquote(this.consume(4, T.String).image)) ?? null;
    return {
      kind: 'Field',
      span: this.span(start),
      names,
      type,
      tag,
      doc: this.docAt(start),
    };
  });

  readonly embeddedType: Rule<Expr> = this.rule('embeddedType', () => {
    const start = this.start();
    const star = this.option(1, () => this.consume(1, T.Star));
    if (this.next(T.LParen)) this.fail('cannot parenthesize embedded type');
    const x = this.subrule(1, this.typeName);
    return star ? { kind: 'Star', span: this.span(start), x } : x;
  });

  /** `T`, `*T`, `pkg.T` or `T[A]` alone in a struct. */
  private embedded(): boolean {
    if (!this.next(T.Name)) return true;
    const after = this.peek(1).tokenType;
    if (after === T.Dot || after === T.Semicolon || after === T.RBrace || after === T.String) return true;
    return after === T.LBracket && this.typeArgumentsAt(1);
  }

  /** Whether the bracket `ahead` holds type arguments (`T[A]`), not an array's length (`a [N]T`). */
  protected typeArgumentsAt(ahead: number): boolean {
    if (this.next(T.RBracket, ahead + 1) || this.next(T.Ellipsis, ahead + 1)) return false;
    const close = this.brackets.partner[this.at + ahead] ?? -1;
    const after = this.tokens[close + 1]?.tokenType;
    return close >= 0 && after !== undefined && !typeStarts.has(after);
  }

  readonly interfaceType: Rule<InterfaceType> = this.rule('interfaceType', () => {
    const start = this.start();
    const embedded: Expr[] = [];
    const methods: InterfaceMethod[] = [];
    this.consume(1, T.Interface);
    this.consume(2, T.LBrace);
    this.many(1, () => {
      this.or(1, [
        {
          GATE: () => this.next(T.LParen, 1),
          ALT: () => {
            methods.push(this.subrule(1, this.interfaceMethod));
          },
        },
        {
          ALT: () => {
            embedded.push(this.subrule(2, this.constraint));
          },
        },
      ]);
      const separator = this.option(1, () => this.consume(3, T.Semicolon));
      if (!separator) this.mustClose(T.RBrace, ', expected semicolon, newline, or } after interface element');
    });
    this.consume(4, T.RBrace, { ERR_MSG: ', expected method or embedded element' });
    return { kind: 'InterfaceType', span: this.span(start), embedded, methods };
  });

  readonly interfaceMethod: Rule<InterfaceMethod> = this.rule('interfaceMethod', () => {
    const name = this.ident(this.consume(1, T.Name));
    const start = this.start();
    const { params, results } = this.subrule(1, this.signature);
    return { name, type: { kind: 'FuncType', span: this.span(start), typeParams: [], params, results } };
  });

  readonly funcType: Rule<FuncType> = this.rule('funcType', () => {
    const start = this.start();
    this.consume(1, T.Func);
    const { params, results } = this.subrule(1, this.signature);
    return { kind: 'FuncType', span: this.span(start), typeParams: [], params, results };
  });

  readonly signature: Rule<Signature> = this.rule('signature', () => {
    const params = this.subrule(1, this.parameters);
    const results = this.option(1, () => this.subrule(2, this.result)) ?? [];
    return { params, results };
  });

  readonly result: Rule<readonly Field[]> = this.rule('result', () =>
    this.or(1, {
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => this.withoutEllipsis(this.subrule(1, this.parameters)) },
        {
          ALT: (): readonly Field[] => {
            const start = this.start();
            const type = this.subrule(2, this.type);
            return [{ kind: 'Field', span: this.span(start), names: [], type, tag: null, doc: [] }];
          },
        },
      ],
    }),
  );

  private withoutEllipsis(results: readonly Field[]): readonly Field[] {
    const bad = this.RECORDING_PHASE ? undefined : results.find((field) => field.type.kind === 'Ellipsis');
    if (bad) this.complainAt('results cannot be variadic', bad.type.span.start);
    return results;
  }

  readonly parameters: Rule<readonly Field[]> = this.rule('parameters', () => {
    this.consume(1, T.LParen);
    const entries = this.list(1, T.RParen, this.parameter);
    this.consume(4, T.RParen, { ERR_MSG: ' in parameter list; possibly missing comma or )' });
    return this.ACTION(() => groupParameters(entries, (what, start) => this.complainAt(what, start)));
  });

  readonly parameter: Rule<Parameter> = this.rule('parameter', () => {
    const start = this.start();
    const name = this.option(1, {
      GATE: () => this.namedParameter(),
      DEF: () => this.ident(this.consume(1, T.Name)),
    });
    const type = this.or(1, [
      { ALT: (): Expr => this.subrule(1, this.type) },
      {
        ALT: (): Expr => {
          this.consume(2, T.Ellipsis);
          const element = this.subrule(2, this.type);
          return { kind: 'Ellipsis', span: this.span(start), element };
        },
      },
    ]);
    return { name: name ?? null, type, span: this.span(start) };
  });

  private namedParameter(): boolean {
    const after = this.peek(1).tokenType;
    if (after === T.LBracket) return !this.typeArgumentsAt(1);
    return after === T.Ellipsis || typeStarts.has(after);
  }

  readonly typeParameters: Rule<readonly Field[]> = this.rule('typeParameters', () => {
    this.consume(1, T.LBracket);
    const fields = this.list(1, T.RBracket, this.typeParameter);
    if (!this.RECORDING_PHASE && fields.length === 0) this.unexpected(', expected type parameter');
    this.consume(4, T.RBracket, { ERR_MSG: ' in type parameter list; possibly missing comma or ]' });
    return fields;
  });

  readonly typeParameter: Rule<Field> = this.rule('typeParameter', () => {
    const start = this.start();
    const names = [this.ident(this.consume(1, T.Name))];
    this.many(1, () => {
      this.consume(2, T.Comma);
      names.push(this.ident(this.consume(3, T.Name)));
    });
    if (this.next(T.RBracket)) this.fail('missing type constraint');
    const type = this.subrule(1, this.constraint);
    return { kind: 'Field', span: this.span(start), names, type, tag: null, doc: [] };
  });

  /** `A | ~B`: what an interface embeds, and what a type parameter must satisfy. */
  readonly constraint: Rule<Expr> = this.rule('constraint', () => {
    const terms = [this.subrule(1, this.constraintTerm)];
    const operators: IToken[] = [];
    this.many(1, () => {
      operators.push(this.consume(1, T.Or));
      terms.push(this.subrule(2, this.constraintTerm));
    });
    return buildBinary(terms, operators, this.file.id);
  });

  readonly constraintTerm: Rule<Expr> = this.rule('constraintTerm', () => {
    const start = this.start();
    const tilde = this.option(1, () => this.consume(1, T.Tilde));
    const x = this.subrule(1, this.type);
    return tilde ? { kind: 'Unary', span: this.span(start), op: '~', x } : x;
  });

  private readonly typeChoices: readonly Choice<Expr>[] = [
    { rule: this.typeName },
    { rule: this.parenthesizedType },
    { rule: this.arrayType },
    { rule: this.structType },
    { rule: this.funcType },
    { rule: this.interfaceType },
    { rule: this.mapType },
    { rule: this.chanType },
  ];
}

const typeStarts: ReadonlySet<TokenType> = new Set([
  T.Name,
  T.Star,
  T.LParen,
  T.LBracket,
  T.Struct,
  T.Func,
  T.Interface,
  T.Map,
  T.Chan,
  T.Arrow,
]);
