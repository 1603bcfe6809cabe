/**
 * The rules for declarations and the file.
 *
 *     const (A = iota; B)     →   ConstDecl([A], [iota], iota 0), ConstDecl([B], [], iota 1, inherited: A's)
 *     type P[T any] [N]T      →   TypeDecl(P, [T any], ArrayType(N, T))
 *
 * An error outside statements gives up the declaration: parsing resumes at the next keyword that begins one outside of brackets.
 */

import type {
  Comment,
  ConstDecl,
  Decl,
  Expr,
  Field,
  FuncDecl,
  Ident,
  ImportSpec,
  TypeDecl,
  VarDecl,
} from '../src/ast/ast.ts';
import type { Choice, Rule } from './engine.ts';
import { unquote } from './literals.ts';
import { describe } from './messages.ts';
import { isAutomatic } from './semicolons.ts';
import { StatementRules } from './statements.ts';
import { endOfFile, T } from './tokens.ts';

const declarationStarts = new Set([T.Const, T.Var, T.Type, T.Func, T.Import]);

/** What the file rule collects. */
export interface FileParts {
  readonly name: Ident;
  readonly imports: readonly ImportSpec[];
  readonly decls: readonly Decl[];
}

export abstract class DeclarationRules extends StatementRules {
  readonly sourceFile: Rule<FileParts> = this.rule('sourceFile', () => {
    const imports: (readonly ImportSpec[])[] = [];
    const decls: (readonly Decl[])[] = [];
    const name = this.subrule(1, this.packageClause);
    do {
      this.many(1, () => {
        const before = this.at;
        const state = this.state();
        if (decls.length > 0 && this.next(T.Import))
          this.complain('imports must appear before other declarations');
        try {
          this.or(1, [
            {
              ALT: () => void imports.push(this.subrule(2, this.importDeclaration)),
            },
            { ALT: () => void decls.push(this.subrule(3, this.declaration)) },
            { ALT: () => void decls.push([this.subrule(4, this.functionDeclaration)]) },
          ]);
          if (!this.next(T.Semicolon)) this.endOfDeclaration();
        } catch (error) {
          this.rescue(error, state);
          this.resumeDeclaration(before);
        }
        this.option(1, () => this.consume(1, T.Semicolon));
      });
    } while (this.skipToDeclaration());
    return { name, imports: imports.flat(), decls: decls.flat() };
  });

  readonly packageClause: Rule<Ident> = this.rule('packageClause', () => {
    if (!this.next(T.Package) && !this.RECORDING_PHASE) this.fail('package statement must be first');
    this.consume(1, T.Package);
    const name = this.ident(this.consume(2, T.Name));
    if (name.name === '_') this.complainAt('invalid package name _', name.span.start);
    if (!this.next(T.Semicolon) && !this.RECORDING_PHASE) {
      this.complain(`unexpected ${describe(this.peek())} after package clause`);
      this.resumeDeclaration(this.at - 1);
    }
    this.option(1, () => this.consume(3, T.Semicolon));
    return name;
  });

  // ------------------------------------------------------------- imports

  readonly importDeclaration: Rule<ImportSpec[]> = this.rule('importDeclaration', () => {
    const specs: ImportSpec[] = [];
    this.consume(1, T.Import);
    this.or(1, {
      ERR_MSG: ', expected import path in double quotes',
      DEF: [
        { ALT: () => void specs.push(this.subrule(1, this.importSpec)) },
        {
          ALT: () => {
            this.consume(2, T.LParen);
            this.many(1, () => {
              specs.push(this.subrule(2, this.importSpec));
              this.endOfSpec(this.option(1, () => this.consume(3, T.Semicolon)));
            });
            this.consume(4, T.RParen, { ERR_MSG: ', expected import path in double quotes' });
          },
        },
      ],
    });
    return specs;
  });

  readonly importSpec: Rule<ImportSpec> = this.rule('importSpec', () => {
    const start = this.start();
    const name = this.option(1, () =>
      this.ident(this.or(1, [{ ALT: () => this.consume(1, T.Name) }, { ALT: () => this.consume(2, T.Dot) }])),
    );
    const path = this.consume(3, T.String, { ERR_MSG: ', expected import path in double quotes' });
    return {
      kind: 'ImportSpec',
      span: this.span(start),
      name: name ?? null,
      path: unquote(path.image),
      pathSpan: this.tokenSpan(path),
    };
  });

  private endOfSpec(separator: unknown): void {
    if (!separator) this.mustClose(T.RParen, ', expected semicolon, newline, or )');
  }

  // ------------------------------------------------------------- const, var, type

  readonly declaration: Rule<Decl[]> = this.rule('declaration', () => this.oneOf(1, this.declarationChoices));

  readonly constDeclaration: Rule<ConstDecl[]> = this.rule('constDeclaration', () => {
    const start = this.start();
    const specs: ConstDecl[] = [];
    this.consume(1, T.Const);
    this.or(1, {
      ERR_MSG: ', expected name',
      DEF: [
        { ALT: () => void specs.push(this.subrule(1, this.constSpec, { ARGS: [specs] })) },
        {
          ALT: () => {
            this.consume(2, T.LParen);
            this.many(1, () => {
              specs.push(this.subrule(2, this.constSpec, { ARGS: [specs] }));
              this.endOfSpec(this.option(1, () => this.consume(3, T.Semicolon)));
            });
            this.consume(4, T.RParen, { ERR_MSG: ', expected name' });
          },
        },
      ],
    });
    return this.withDoc(specs, start);
  });

  readonly constSpec: Rule<ConstDecl, [readonly ConstDecl[]]> = this.rule(
    'constSpec',
    (before: readonly ConstDecl[]) => {
      const start = this.start();
      const names = this.subrule(1, this.names);
      const type = this.option(1, () => this.subrule(2, this.type)) ?? null;
      const values =
        this.option(2, () => {
          this.consume(1, T.Assign);
          return this.subrule(3, this.expressionList);
        }) ?? [];
      const previous = before?.at(-1);
      const repeated = previous && previous.values.length > 0 ? previous : (previous?.inherited ?? null);
      const inherited = type || values.length > 0 ? null : repeated;
      const iota = before?.length ?? 0;
      return {
        kind: 'ConstDecl',
        span: this.span(start),
        names,
        type,
        values,
        iota,
        inherited,
        doc: this.docAt(start),
      };
    },
  );

  readonly varDeclaration: Rule<VarDecl[]> = this.rule('varDeclaration', () => {
    const start = this.start();
    const specs: VarDecl[] = [];
    this.consume(1, T.Var);
    this.or(1, {
      ERR_MSG: ', expected name',
      DEF: [
        { ALT: () => void specs.push(this.subrule(1, this.varSpec)) },
        {
          ALT: () => {
            this.consume(2, T.LParen);
            this.many(1, () => {
              specs.push(this.subrule(2, this.varSpec));
              this.endOfSpec(this.option(1, () => this.consume(3, T.Semicolon)));
            });
            this.consume(4, T.RParen, { ERR_MSG: ', expected name' });
          },
        },
      ],
    });
    return this.withDoc(specs, start);
  });

  readonly varSpec: Rule<VarDecl> = this.rule('varSpec', () => {
    const start = this.start();
    let type: Expr | null = null;
    let values: Expr[] = [];
    const names = this.subrule(1, this.names);
    this.or(1, {
      ERR_MSG: ', expected type',
      DEF: [
        {
          ALT: () => {
            type = this.subrule(2, this.type);
            this.option(1, () => {
              this.consume(1, T.Assign);
              values = this.subrule(3, this.expressionList);
            });
          },
        },
        {
          ALT: () => {
            this.consume(2, T.Assign);
            values = this.subrule(4, this.expressionList);
          },
        },
      ],
    });
    return { kind: 'VarDecl', span: this.span(start), names, type, values, doc: this.docAt(start) };
  });

  readonly names: Rule<Ident[]> = this.rule('names', () => {
    const names = [this.ident(this.consume(1, T.Name))];
    this.many(1, () => {
      this.consume(2, T.Comma);
      names.push(this.ident(this.consume(3, T.Name)));
    });
    return names;
  });

  readonly typeDeclaration: Rule<TypeDecl[]> = this.rule('typeDeclaration', () => {
    const start = this.start();
    const specs: TypeDecl[] = [];
    this.consume(1, T.Type);
    this.or(1, {
      ERR_MSG: ', expected name',
      DEF: [
        { ALT: () => void specs.push(this.subrule(1, this.typeSpec)) },
        {
          ALT: () => {
            this.consume(2, T.LParen);
            this.many(1, () => {
              specs.push(this.subrule(2, this.typeSpec));
              this.endOfSpec(this.option(1, () => this.consume(3, T.Semicolon)));
            });
            this.consume(4, T.RParen, { ERR_MSG: ', expected name' });
          },
        },
      ],
    });
    return this.withDoc(specs, start);
  });

  readonly typeSpec: Rule<TypeDecl> = this.rule('typeSpec', () => {
    const start = this.start();
    const name = this.ident(this.consume(1, T.Name));
    const typeParams =
      this.option(1, {
        GATE: () => this.typeParametersFollow(),
        DEF: () => this.subrule(1, this.typeParameters),
      }) ?? [];
    const alias = this.option(2, () => this.consume(2, T.Assign)) !== undefined;
    const type = this.subrule(2, this.type);
    return {
      kind: 'TypeDecl',
      span: this.span(start),
      name,
      typeParams,
      alias,
      type,
      doc: this.docAt(start),
    };
  });

  /** `type T[P any] …`, as opposed to the array type of `type T [N]int`. */
  private typeParametersFollow(): boolean {
    if (!this.next(T.Name, 1)) return false;
    const after = this.peek(2).tokenType;
    if (after === T.Star || after === T.LParen) return this.constraintWithin();
    return parameterFollowers.has(after);
  }

  /** `[P *T]` and `[P (T)]` are lengths unless a comma or a type that is no expression shows otherwise (go/parser's rule). */
  private constraintWithin(): boolean {
    const close = this.brackets.partner[this.at] ?? -1;
    for (let i = this.at + 3; i < close; i++) {
      const type = this.tokens[i]?.tokenType;
      const outer = this.brackets.parent[i] === this.at;
      if (type === T.Comma && outer) return true;
      if (type === T.Interface || type === T.Struct || type === T.Map || type === T.Chan) return true;
      if (type === T.Tilde) return true;
      if (type === T.LBracket && this.tokens[i + 1]?.tokenType === T.RBracket) return true;
    }
    return false;
  }

  /** The comment above a group belongs to a spec that stands alone in it. */
  private withDoc<D extends Decl>(specs: readonly D[], start: number): D[] {
    const [only, second] = specs;
    if (this.RECORDING_PHASE || !only || second || only.doc.length > 0) return [...specs];
    return [{ ...only, doc: this.docAt(start) }];
  }

  private readonly declarationChoices: readonly Choice<Decl[]>[] = [
    { rule: this.constDeclaration },
    { rule: this.varDeclaration },
    { rule: this.typeDeclaration },
  ];

  // ------------------------------------------------------------- functions

  readonly functionDeclaration: Rule<FuncDecl> = this.rule('functionDeclaration', () => {
    const start = this.start();
    this.consume(1, T.Func);
    const typeStart = start;
    const receivers = this.option(1, () => this.subrule(1, this.parameters));
    const receiver = receivers ? this.onlyReceiver(receivers) : null;
    const name = this.ident(this.consume(2, T.Name));
    const typeParams = this.option(2, () => this.subrule(2, this.typeParameters)) ?? [];
    if (receiver && typeParams.length > 0)
      this.complainAt('method must have no type parameters', name.span.start);
    const { params, results } = this.subrule(3, this.signature);
    const span = this.span(typeStart);
    if (isAutomatic(this.peek()) && this.next(T.LBrace, 1)) {
      this.at++;
      this.complain('unexpected semicolon or newline before {');
    }
    const body = this.option(3, () => this.subrule(4, this.block)) ?? null;
    return {
      kind: 'FuncDecl',
      span: this.span(start),
      name,
      receiver,
      type: { kind: 'FuncType', span, typeParams, params, results },
      body,
      doc: this.docAt(start),
    };
  });

  private onlyReceiver(fields: readonly Field[]): Field | null {
    const first = fields[0];
    if (!this.RECORDING_PHASE) {
      if (!first) this.complain('method has no receiver');
      else if (fields.length > 1 || first.names.length > 1) this.complain('method has multiple receivers');
      else if (first.type.kind === 'Ellipsis') this.complain('can only use ... with final parameter in list');
    }
    return first ?? null;
  }

  // ------------------------------------------------------------- recovery

  private endOfDeclaration(): void {
    if (this.RECORDING_PHASE || this.next(endOfFile)) return;
    this.unexpected(' after top level declaration');
  }

  /** After an error: go to the next keyword that begins a declaration. */
  private resumeDeclaration(before: number): void {
    const last = this.tokens.length - 1;
    if (this.exhausted) this.at = last;
    else this.at = Math.min(before + 1, last);
    while (this.at < last && !this.declarationStartsAt(this.at)) this.at++;
  }

  private declarationStartsAt(i: number): boolean {
    const type = this.tokens[i]?.tokenType;
    if (type === undefined || !declarationStarts.has(type)) return false;
    return this.brackets.parent[i] === -1 && this.tokens[i - 1]?.tokenType === T.Semicolon;
  }

  /** At something that begins no declaration: report it and skip it. False: the file has ended. */
  private skipToDeclaration(): boolean {
    if (this.RECORDING_PHASE || this.exhausted || this.next(endOfFile)) return false;
    this.complain('non-declaration statement outside function body');
    this.resumeDeclaration(this.at);
    return true;
  }

  protected abstract override docAt(offset: number): readonly Comment[];
}

const parameterFollowers = new Set([
  T.Comma,
  T.Tilde,
  T.Name,
  T.LBracket,
  T.Interface,
  T.Func,
  T.Map,
  T.Chan,
  T.Struct,
  T.Arrow,
]);
