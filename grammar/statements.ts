/**
 * The rules for statements, and how parsing goes on after an error in one.
 *
 *     for i := range 10 { … }   →   Range(i, null, ':=', 10, Block)
 *     if a {} else if b {}      →   If(a, Block, If(b, Block, null)), built in a loop
 *
 * An error gives up its statement: parsing resumes after the next semicolon in the same block, or at the block's end. Automatic semicolons
 * that were meant as a space (`{` or `else` on a new line) are reported and skipped without giving up.
 * Invariant: every statement list leaves the parser at its closing brace, a `case`, or the end of the function.
 */

import type { IToken } from 'chevrotain';
import type {
  AssignOp,
  Block,
  Branch,
  Case,
  Decl,
  DeclStmt,
  Expr,
  For,
  Ident,
  If,
  Range,
  Stmt,
  Switch,
  TypeSwitch,
} from '../src/ast/ast.ts';
import { join } from '../src/base/source.ts';
import { startsFunction } from './brackets.ts';
import type { Choice, Rule } from './engine.ts';
import { ExpressionRules } from './expressions.ts';
import { describe } from './messages.ts';
import { isAutomatic } from './semicolons.ts';
import { endOfFile, T } from './tokens.ts';

/** What stands before `{` in `for k, v := range x {`. */
interface RangeClause {
  readonly kind: 'RangeClause';
  readonly key: Expr | null;
  readonly value: Expr | null;
  readonly op: Range['op'];
  readonly x: Expr;
}

type Simple = Stmt | RangeClause;

interface Header {
  readonly init: Stmt | null;
  readonly last: Stmt | null;
}

interface ForHeader {
  readonly range: RangeClause | null;
  readonly init: Stmt | null;
  readonly cond: Stmt | null;
  readonly post: Stmt | null;
}

interface IfClause {
  readonly start: number;
  readonly header: Header;
  readonly then: Block;
}

export abstract class StatementRules extends ExpressionRules {
  abstract readonly declaration: Rule<Decl[]>;

  readonly block: Rule<Block> = this.rule('block', () => {
    const start = this.start();
    this.consume(1, T.LBrace);
    const stmts = this.statements(1);
    this.consume(2, T.RBrace);
    return { kind: 'Block', span: this.span(start), stmts };
  });

  readonly statementList: Rule<Stmt[]> = this.rule('statementList', () => this.statements(0));

  /** A call of the rule `statementList` with one stack frame less than `subrule`; occurrence 0 is the rule's own body. */
  private statements(occurrence: number): Stmt[] {
    if (this.RECORDING_PHASE) return this.recordStatements(occurrence);
    const caller = this.enterRule(this.statementList);
    const stmts: Stmt[] = [];
    const open = this.brackets.parent[this.at] ?? -1;
    this.separators(1);
    do while (this.statementFollows()) this.readStatement(stmts, open);
    while (this.skipStray(open));
    this.leaveRule(caller);
    return stmts;
  }

  private recordStatements(occurrence: number): Stmt[] {
    if (occurrence > 0) return this.subrule(occurrence, this.statementList);
    this.separators(1);
    this.many(2, () => this.readStatement([], -1));
    return [];
  }

  private separators(occurrence: number): void {
    this.many(occurrence, () => this.consume(occurrence, T.Semicolon));
  }

  private statementFollows(): boolean {
    return this.repeats(2) && !startsFunction(this.tokens, this.at, this.file);
  }

  private readStatement(stmts: Stmt[], open: number): void {
    const before = this.at;
    const state = this.state();
    try {
      stmts.push(this.oneOf(1, this.statementChoices));
    } catch (error) {
      this.rescue(error, state);
      this.resume(open, before);
    }
    if (!this.next(T.Semicolon)) this.endOfStatement(open);
    this.separators(3);
  }

  readonly plainStatement: Rule<Stmt> = this.rule('plainStatement', () =>
    this.plain(this.subrule(1, this.simpleStatement)),
  );

  readonly declarationStatement: Rule<DeclStmt> = this.rule('declarationStatement', () => {
    const start = this.start();
    const decls = this.subrule(1, this.declaration);
    return { kind: 'DeclStmt', span: this.span(start), decls };
  });

  readonly labeledStatement: Rule<Stmt> = this.rule('labeledStatement', () => {
    const start = this.start();
    const label = this.ident(this.consume(1, T.Name));
    this.consume(2, T.Colon);
    const end = this.span(start).end;
    if (this.next(T.Case) || this.next(T.Default)) this.fail('missing statement after label');
    const stmt = this.option(1, () => this.oneOf(1, this.statementChoices)) ?? {
      kind: 'Empty',
      span: { file: this.file.id, start: end, end },
    };
    return { kind: 'Labeled', span: this.span(start), label, stmt };
  });

  // ------------------------------------------------------------- simple statements

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
  private plain(stmt: Simple): Stmt {
    if (stmt.kind !== 'RangeClause') return stmt;
    this.complainAt('unexpected keyword range outside a for clause', stmt.x.span.start);
    return { kind: 'Empty', span: stmt.x.span };
  }

  // ------------------------------------------------------------- if, switch, select

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
  private strayNewline(): boolean {
    return isAutomatic(this.peek()) && this.next(T.LBrace, 1);
  }

  /** Report and skip a newline before the `{` of a clause. */
  protected braceOnNewLine(after: string): void {
    if (!this.strayNewline()) return;
    this.complain(`unexpected newline, expected { after ${after}`);
    this.at++;
  }

  private body(clause: string): void {
    if (this.RECORDING_PHASE) return;
    this.braceOnNewLine(clause);
    if (!this.next(T.LBrace)) this.unexpected(`, expected { after ${clause}`);
  }

  readonly ifStatement: Rule<If> = this.rule('ifStatement', () => {
    const clauses: IfClause[] = [];
    const start = this.start();
    this.consume(1, T.If);
    const header = this.ifHeader(this.subrule(1, this.header, { ARGS: ['if'] }));
    const then = this.subrule(2, this.block);
    clauses.push({ start, header, then });
    this.many(1, { GATE: () => this.next(T.If, 1), DEF: () => clauses.push(this.subrule(3, this.elseIf)) });
    const tail = this.option(1, () => this.subrule(4, this.elseBlock));
    return this.ACTION(() => this.ifChain(clauses, tail ?? null));
  });

  readonly elseIf: Rule<IfClause> = this.rule('elseIf', () => {
    this.consume(1, T.Else);
    const start = this.start();
    this.consume(2, T.If);
    const header = this.ifHeader(this.subrule(1, this.header, { ARGS: ['if'] }));
    return { start, header, then: this.subrule(2, this.block) };
  });

  readonly elseBlock: Rule<Block> = this.rule('elseBlock', () => {
    this.consume(1, T.Else);
    if (!this.next(T.LBrace) && !this.RECORDING_PHASE)
      this.fail('else must be followed by if or statement block');
    return this.subrule(1, this.block);
  });

  private ifChain(clauses: readonly IfClause[], tail: Block | null): If {
    const { end } = this.span(0);
    const chain = clauses.reduceRight<Block | If | null>((rest, { start, header, then }) => {
      const span = { file: this.file.id, start, end };
      return {
        kind: 'If',
        span,
        init: header.init,
        cond: this.condition(header.last, start),
        then,
        else: rest,
      };
    }, tail);
    return chain as If;
  }

  private ifHeader(header: Header): Header {
    if (this.next(T.LBrace) && !header.last) this.complain('missing condition in if statement');
    this.body('if clause');
    return header;
  }

  private condition(stmt: Stmt | null, offset: number): Expr {
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

  readonly switchStatement: Rule<Switch | TypeSwitch> = this.rule('switchStatement', () => {
    const start = this.start();
    this.consume(1, T.Switch);
    const { init, last } = this.subrule(1, this.header, { ARGS: ['switch'] });
    this.body('switch clause');
    this.consume(2, T.LBrace);
    const cases = this.each(1, this.caseClause);
    this.consume(3, T.RBrace, { ERR_MSG: ', expected case or default or }' });
    const span = this.span(start);
    const guarded = last && guardOf(last);
    if (guarded) return { kind: 'TypeSwitch', span, x: guarded };
    if (last && last.kind !== 'ExprStmt') this.complainAt(notAValue(last), last.span.start);
    return {
      kind: 'Switch',
      span,
      init: init ?? null,
      tag: last?.kind === 'ExprStmt' ? last.x : null,
      cases,
    };
  });

  readonly caseClause: Rule<Case> = this.rule('caseClause', () => {
    const start = this.start();
    const values = this.or(1, [
      {
        ALT: (): Expr[] | null => {
          this.consume(1, T.Case);
          return this.subrule(1, this.expressionList);
        },
      },
      {
        ALT: (): Expr[] | null => {
          this.consume(2, T.Default);
          return null;
        },
      },
    ]);
    this.consume(3, T.Colon);
    const head = this.span(start);
    const body = this.statements(2);
    const last = this.ACTION(() => body.at(-1));
    return { kind: 'Case', span: last ? join(head, last.span) : head, values, body };
  });

  readonly selectStatement: Rule<Stmt> = this.rule('selectStatement', () => {
    const start = this.start();
    this.consume(1, T.Select);
    this.body('select clause');
    this.consume(2, T.LBrace);
    this.each(1, this.commClause);
    this.consume(3, T.RBrace, { ERR_MSG: ', expected case or default or }' });
    return { kind: 'Select', span: this.span(start) };
  });

  readonly commClause: Rule<void> = this.rule('commClause', () => {
    this.or(1, [
      {
        ALT: () => {
          this.consume(1, T.Case);
          this.plain(this.subrule(1, this.simpleStatement));
        },
      },
      { ALT: () => void this.consume(2, T.Default) },
    ]);
    this.consume(3, T.Colon);
    this.statements(2);
  });

  // ------------------------------------------------------------- for

  readonly forStatement: Rule<For | Range> = this.rule('forStatement', () => {
    const start = this.start();
    this.consume(1, T.For);
    const header = this.subrule(1, this.forHeader);
    this.body('for clause');
    return this.loop(start, header, this.subrule(2, this.block));
  });

  private loop(start: number, header: ForHeader, body: Block): For | Range {
    const span = this.span(start);
    if (header.range) {
      const { key, value, op, x } = header.range;
      return { kind: 'Range', span, key, value, op, x, body };
    }
    return {
      kind: 'For',
      span,
      init: header.init,
      cond: this.loopCondition(header.cond),
      post: header.post,
      body,
    };
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

  private loopCondition(stmt: Stmt | null): Expr | null {
    return stmt && this.ACTION(() => this.condition(stmt, stmt.span.start));
  }

  private checkPost(post: Stmt | null): Stmt | null {
    if (post?.kind === 'Assign' && post.op === ':=')
      this.complainAt('cannot declare in post statement of for loop', post.span.start);
    return post;
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

  private readonly statementChoices: readonly Choice<Stmt>[] = [
    { rule: this.declarationStatement },
    { rule: this.labeledStatement, GATE: () => this.next(T.Colon, 1) },
    { rule: this.plainStatement },
    { rule: this.block },
    { rule: this.ifStatement },
    { rule: this.forStatement },
    { rule: this.switchStatement },
    { rule: this.selectStatement },
    { rule: this.returnStatement },
    { rule: this.branchStatement },
    { rule: this.callStatement },
  ];

  // ------------------------------------------------------------- recovery

  /** After an error: go to the next semicolon of the block that token `open` opens, or to where its statement list ends. */
  private resume(open: number, before: number): void {
    const close = open < 0 ? -1 : (this.brackets.partner[open] ?? -1);
    const last = this.tokens.length - 1;
    if (this.exhausted) this.at = last;
    for (let i = this.at; ; i++) {
      this.at = i;
      const token = this.tokens[i];
      if (i >= last || i === close || !token || (i > before && startsFunction(this.tokens, i, this.file)))
        return;
      if (this.brackets.parent[i] !== open) continue;
      if (token.tokenType === T.Semicolon && i > before) return;
      if ((token.tokenType === T.Case || token.tokenType === T.Default) && i > before) return;
    }
  }

  /** Nothing separates this statement from what follows. */
  private endOfStatement(open: number): void {
    if (this.next(T.RBrace) || this.next(T.Case) || this.next(T.Default) || this.next(endOfFile)) return;
    if (startsFunction(this.tokens, this.at, this.file)) return;
    this.complain(`unexpected ${describe(this.peek())} at end of statement`);
    this.resume(open, this.at - 1);
    if (this.next(T.Semicolon)) this.at++;
  }

  /** At a token that begins no statement and ends no list: report it, skip it and go on. False: the list has ended. */
  private skipStray(open: number): boolean {
    const token = this.peek();
    if (this.RECORDING_PHASE || this.exhausted) return false;
    if (this.next(T.RBrace) || this.next(T.Case) || this.next(T.Default) || this.next(endOfFile))
      return false;
    if (startsFunction(this.tokens, this.at, this.file)) return false;
    if (token.tokenType === T.Else) {
      this.complain('unexpected keyword else: it must stand on the same line as the closing brace of its if');
      this.at++;
      return true;
    }
    this.complain(`unexpected ${describe(token)}, expected }`);
    this.resume(open, this.at);
    if (this.next(T.Semicolon)) this.at++;
    return true;
  }
}

function notAValue(stmt: Stmt): string {
  if (stmt.kind === 'Assign' && stmt.op === '=') return 'cannot use assignment as value; compare with ==';
  if (stmt.kind === 'Assign') return `cannot use ${stmt.op} as value; write the condition after a semicolon`;
  return 'cannot use statement as value';
}

/** The operand of `x.(type)`, with or without `v :=` before it. */
function guardOf(stmt: Stmt): Expr | null {
  const x =
    stmt.kind === 'ExprStmt' ? stmt.x : stmt.kind === 'Assign' && stmt.op === ':=' ? stmt.rhs[0] : null;
  return x?.kind === 'TypeAssert' && x.type === null ? x.x : null;
}
