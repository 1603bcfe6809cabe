/**
 * The rules for statements without a block, and for what stands before the block of the others.
 *
 *     a, b := b, a              →   Assign(:=, [a, b], [b, a])
 *     x := f(); x > 0           →   the header of an `if`: init Assign, last ExprStmt
 *     k, v := range m           →   RangeClause(k, v, :=, m), in the header of a `for`
 *
 * In a header `level` is -1, so that `{` begins the block. Conditions on operands (one before `++`, names before `:=`) are checked here, where Go's
 * parser checks them.
 */

import type { IToken } from 'chevrotain';
import type { AssignOp, Branch, Expr, Ident, Range, Stmt } from '../src/ast/ast.ts';
import type { Rule } from './engine.ts';
import { ExpressionRules } from './expressions.ts';
import { describe } from './messages.ts';
import { isAutomatic } from './semicolons.ts';
import { T } from './tokens.ts';

/** What stands before `{` in `for k, v := range x {`. */
export interface RangeClause {
  readonly kind: 'RangeClause';
  readonly key: Expr | null;
  readonly value: Expr | null;
  readonly op: Range['op'];
  readonly x: Expr;
}

export type Simple = Stmt | RangeClause;

export interface Header {
  readonly init: Stmt | null;
  readonly last: Stmt | null;
}

export interface ForHeader {
  readonly range: RangeClause | null;
  readonly init: Stmt | null;
  readonly cond: Stmt | null;
  readonly post: Stmt | null;
}
export abstract class SimpleStatementRules extends ExpressionRules {
  readonly simpleStatement: Rule<Simple> = this.rule('simpleStatement', () =>
    this.or(1, {
      ERR_MSG: ', expected statement',
      DEF: [
        {
          ALT: (): Simple => {
            this.consume(1, T.Range);
            const x = this.subrule(1, this.expression);
            return { kind: 'RangeClause', key: null, value: null, op: null, x };
          },
        },
        {
          ALT: (): Simple => {
            const start = this.start();
            const left = this.subrule(2, this.expressionList);
            const rest = this.option(1, () => this.subrule(3, this.simpleRest, { ARGS: [start, left] }));
            return rest ?? this.expressionStatement(left);
          },
        },
      ],
    }),
  );

  private expressionStatement(list: readonly Expr[]): Stmt {
    const x = list[0];
    if (!x || list.length > 1) return this.unexpected(', expected := or = or comma');
    return { kind: 'ExprStmt', span: x.span, x };
  }

  readonly simpleRest: Rule<Simple, [number, Expr[]]> = this.rule(
    'simpleRest',
    (start: number, left: Expr[]) =>
      this.or(1, [
        {
          ALT: (): Simple =>
            this.subrule(1, this.assignment, { ARGS: [start, left, this.consume(1, T.Define)] }),
        },
        {
          ALT: (): Simple =>
            this.subrule(2, this.assignment, { ARGS: [start, left, this.consume(2, T.Assign)] }),
        },
        {
          ALT: (): Simple => {
            const op = this.consume(3, T.AssignOp);
            const x = this.single(left, op);
            const rhs = [this.subrule(3, this.expression)];
            const opSpan = this.tokenSpan(op);
            return {
              kind: 'Assign',
              span: this.span(start),
              op: op.image as AssignOp,
              opSpan,
              lhs: [x],
              rhs,
            };
          },
        },
        {
          ALT: (): Simple => {
            const op = this.consume(4, T.IncDec);
            const x = this.single(left, op);
            return { kind: 'IncDec', span: this.span(start), op: op.image === '++' ? '++' : '--', x };
          },
        },
        {
          ALT: (): Simple => {
            const channel = this.single(left, this.consume(5, T.Arrow));
            const value = this.subrule(4, this.expression);
            return { kind: 'Send', span: this.span(start), channel, value };
          },
        },
      ]),
  );

  private single(list: readonly Expr[] | undefined, op: IToken): Expr {
    const [x, second] = list ?? [];
    if (second) this.complain(`unexpected ${describe(op)}, expected := or = or comma`, op);
    return x ?? { kind: 'BadExpr', span: this.tokenSpan(op) };
  }

  readonly assignment: Rule<Simple, [number, Expr[], IToken]> = this.rule(
    'assignment',
    (start: number, left: Expr[], op: IToken) =>
      this.or(1, {
        ERR_MSG: ', expected expression',
        DEF: [
          {
            ALT: (): Simple => {
              this.consume(1, T.Range);
              const x = this.subrule(1, this.expression);
              if (left?.length > 2) this.complain('range clause permits at most two iteration variables', op);
              const text = op?.image === '=' ? '=' : ':=';
              return { kind: 'RangeClause', key: left?.[0] ?? null, value: left?.[1] ?? null, op: text, x };
            },
          },
          {
            ALT: (): Simple => {
              const rhs = this.subrule(2, this.expressionList);
              const text = op?.image === '=' ? '=' : ':=';
              if (text === ':=') this.checkDefined(left ?? []);
              const opSpan = op ? this.tokenSpan(op) : this.span(start);
              return { kind: 'Assign', span: this.span(start), op: text, opSpan, lhs: left, rhs };
            },
          },
        ],
      }),
  );

  private checkDefined(left: readonly Expr[]): void {
    const bad = left.find((x) => x.kind !== 'Ident');
    if (bad) this.complainAt('non-name on left side of :=', bad.span.start);
  }

  /** A simple statement where `range` has no business. */
  protected plain(stmt: Simple): Stmt {
    if (stmt.kind !== 'RangeClause') return stmt;
    this.complainAt('unexpected keyword range outside a for clause', stmt.x.span.start);
    return { kind: 'Empty', span: stmt.x.span };
  }
  // ------------------------------------------------------------- headers

  /** `init; last` before the brace of `if` and `switch`. A newline may end the init of a `switch`, as Go has it. */
  readonly header: Rule<Header, ['if' | 'switch']> = this.rule('header', (clause: 'if' | 'switch') => {
    const level = this.level;
    this.level = -1;
    const first = this.option(1, () => this.plain(this.subrule(1, this.simpleStatement))) ?? null;
    let second: Stmt | null = null;
    const separator = this.option(2, {
      GATE: () => clause === 'switch' || !this.strayNewline(),
      DEF: () => {
        const token = this.consume(1, T.Semicolon);
        second = this.option(3, () => this.plain(this.subrule(2, this.simpleStatement))) ?? null;
        return token;
      },
    });
    this.level = level;
    return separator ? { init: first, last: second } : { init: null, last: first };
  });

  /** A newline before `{`: reported where the body is parsed. */
  protected strayNewline(): boolean {
    return isAutomatic(this.peek()) && this.next(T.LBrace, 1);
  }

  /** Report and skip a newline before the `{` of a clause. */
  private braceOnNewLine(after: string): void {
    if (!this.strayNewline()) return;
    this.complain(`unexpected newline, expected { after ${after}`);
    this.at++;
  }

  protected body(clause: string): void {
    if (this.RECORDING_PHASE) return;
    this.braceOnNewLine(clause);
    if (!this.next(T.LBrace)) this.unexpected(`, expected { after ${clause}`);
  }
  readonly forHeader: Rule<ForHeader> = this.rule('forHeader', () => {
    const level = this.level;
    this.level = -1;
    let cond: Stmt | null = null;
    let post: Stmt | null = null;
    const first = this.option(1, () => this.subrule(1, this.simpleStatement)) ?? null;
    const clauses = this.option(2, () => {
      const separator = this.consume(2, T.Semicolon);
      cond = this.option(3, () => this.plain(this.subrule(2, this.simpleStatement))) ?? null;
      if (this.next(T.LBrace)) {
        const newline = isAutomatic(separator) && !cond;
        this.complain(
          newline ? 'unexpected newline, expected { after for clause' : 'expected for loop condition',
        );
        return false;
      }
      this.consume(3, T.Semicolon, { ERR_MSG: ', expected { after for clause' });
      post = this.option(4, () => this.plain(this.subrule(3, this.simpleStatement))) ?? null;
      return true;
    });
    this.level = level;
    const range = first?.kind === 'RangeClause' ? first : null;
    if (range && clauses !== undefined)
      this.complainAt('range clause cannot stand in a for clause', range.x.span.start);
    const plain = first?.kind === 'RangeClause' ? null : first;
    return { range, init: clauses ? plain : null, cond: clauses ? cond : plain, post: this.checkPost(post) };
  });

  protected loopCondition(stmt: Stmt | null): Expr | null {
    return stmt && this.ACTION(() => this.condition(stmt, stmt.span.start));
  }

  private checkPost(post: Stmt | null): Stmt | null {
    if (post?.kind === 'Assign' && post.op === ':=')
      this.complainAt('cannot declare in post statement of for loop', post.span.start);
    return post;
  }
  protected condition(stmt: Stmt | null, offset: number): Expr {
    const bad: Expr = { kind: 'BadExpr', span: { file: this.file.id, start: offset, end: offset } };
    if (!stmt) return bad;
    if (stmt.kind === 'ExprStmt') {
      if (stmt.x.kind === 'TypeAssert' && !stmt.x.type)
        this.complainAt('use of .(type) outside type switch', stmt.span.start);
      return stmt.x;
    }
    this.complainAt(notAValue(stmt), stmt.span.start);
    return bad;
  }
  // ------------------------------------------------------------- keywords

  readonly returnStatement: Rule<Stmt> = this.rule('returnStatement', () => {
    const start = this.start();
    this.consume(1, T.Return);
    const results = this.option(1, () => this.subrule(1, this.expressionList)) ?? [];
    return { kind: 'Return', span: this.span(start), results };
  });

  readonly branchStatement: Rule<Branch> = this.rule('branchStatement', () => {
    const start = this.start();
    let label: Ident | null = null;
    const keyword = this.or(1, [
      { ALT: () => this.consume(1, T.Fallthrough) },
      {
        ALT: () => {
          const token = this.consume(2, T.Goto);
          label = this.ident(this.consume(3, T.Name));
          return token;
        },
      },
      {
        ALT: () => {
          const token = this.or(2, [
            { ALT: () => this.consume(4, T.Break) },
            { ALT: () => this.consume(5, T.Continue) },
          ]);
          label = this.option(1, () => this.ident(this.consume(6, T.Name))) ?? null;
          return token;
        },
      },
    ]);
    return { kind: 'Branch', span: this.span(start), keyword: keyword.image as Branch['keyword'], label };
  });

  /** `go` and `defer`. */
  readonly callStatement: Rule<Stmt> = this.rule('callStatement', () => {
    const start = this.start();
    const keyword = this.or(1, [
      { ALT: () => this.consume(1, T.Go) },
      { ALT: () => this.consume(2, T.Defer) },
    ]);
    const call = this.subrule(1, this.expression);
    if (call.kind !== 'Call' && !this.RECORDING_PHASE) {
      const what = call.kind === 'Paren' ? 'must not be parenthesized' : 'must be function call';
      this.complainAt(`expression in ${keyword.image} ${what}`, call.span.start);
    }
    return { kind: keyword.tokenType === T.Go ? 'Go' : 'Defer', span: this.span(start), call };
  });
}

export function notAValue(stmt: Stmt): string {
  if (stmt.kind === 'Assign' && stmt.op === '=') return 'cannot use assignment as value; compare with ==';
  if (stmt.kind === 'Assign') return `cannot use ${stmt.op} as value; write the condition after a semicolon`;
  return 'cannot use statement as value';
}
