/**
 * The rules for statement lists and the statements with blocks, and how parsing goes on after an error.
 *
 *     for i := range 10 { … }   →   Range(i, null, ':=', 10, Block)
 *     if a {} else if b {}      →   If(a, Block, If(b, Block, null)), built in a loop
 *
 * An error gives up its statement: parsing resumes after the next semicolon in the same block, or at the block's end. Automatic semicolons
 * that were meant as a space (`{` or `else` on a new line) are reported and skipped without giving up.
 * Invariant: every statement list leaves the parser at its closing brace, a `case`, or the end of the function.
 */

import type {
  Block,
  Case,
  Decl,
  DeclStmt,
  Expr,
  For,
  If,
  Range,
  Stmt,
  Switch,
  TypeSwitch,
} from '../src/ast/ast.ts';
import { join } from '../src/base/source.ts';
import { startsFunction } from './brackets.ts';
import type { Choice, Rule } from './engine.ts';
import { describe } from './messages.ts';
import { type ForHeader, type Header, notAValue, SimpleStatementRules } from './simple-statements.ts';
import { endOfFile, T } from './tokens.ts';

interface IfClause {
  readonly start: number;
  readonly header: Header;
  readonly then: Block;
}

export abstract class StatementRules extends SimpleStatementRules {
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

  // ------------------------------------------------------------- if, switch, select

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

/** The operand of `x.(type)`, with or without `v :=` before it. */
function guardOf(stmt: Stmt): Expr | null {
  const x =
    stmt.kind === 'ExprStmt' ? stmt.x : stmt.kind === 'Assign' && stmt.op === ':=' ? stmt.rhs[0] : null;
  return x?.kind === 'TypeAssert' && x.type === null ? x.x : null;
}
