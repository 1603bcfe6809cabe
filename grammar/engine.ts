/**
 * What runs the rules: chevrotain's notation and recorder, with a leaner executor.
 *
 * The rules are ordinary chevrotain rules (`rule`, `subrule`, `or`, `many`, `option`, `consume`). chevrotain records them into a grammar,
 * which the tests validate and which gives the lookahead (lookahead.ts). At run time the five verbs are
 * overridden here for three reasons: two stack frames a verb instead of four to six, so that a thousand nested
 * brackets fit Node's default stack; no LL(k) analysis at start-up; Go's wording for errors.
 *
 * Invariant: no input makes it throw anything but `syntaxFailure`, which the caller of a recovery point catches.
 */

import {
  EmbeddedActionsParser,
  type ILookaheadStrategy,
  type IOrAlt,
  type IToken,
  type OrMethodOpts,
  type ParserMethod,
  type SubruleMethodOpts,
  type TokenType,
} from 'chevrotain';
import { must } from '../src/base/assert.ts';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { lineAt, type SourceFile, type Span, sourceFile } from '../src/base/source.ts';
import { type Brackets, matchBrackets } from './brackets.ts';
import { alternatives, optionKinds, repetitionKinds, type Sites, sitesOf } from './lookahead.ts';
import { describe, expected } from './messages.ts';
import { endOfFile, T, vocabulary } from './tokens.ts';

/** A rule of the grammar: what it returns, and the arguments that it takes. */
export interface Rule<R, A extends unknown[] = []> extends ParserMethod<A, R> {
  readonly ruleName: string;
  readonly body: (...args: A) => R;
  /** Its choices, from the first call on. */
  sites: Sites | null;
}

/** Thrown after a syntax error has been reported; carries nothing. */
export const syntaxFailure = new Error('syntax error');

/**
 * How deep verbs may nest: about 90 bytes of stack each, where Node's default is 984 KiB. A parenthesis takes 6 verbs' frames, a
 * block 8, a call 12 (measured in nesting.test.ts).
 */
const depthLimit = 7000;

/** Bounds the height of a tree that is built in a loop: `- - - x`, `a.b.c`, `f()()()`. */
export const chainLimit = 1000;

const noLookahead: ILookaheadStrategy = {
  validate: () => [],
  buildLookaheadForAlternation: () => () => undefined,
  buildLookaheadForOptional: () => () => false,
};

export interface EngineOptions {
  /** Let chevrotain validate the grammar: slow, for the tests. */
  readonly validate: boolean;
}

export abstract class Engine extends EmbeddedActionsParser {
  protected file: SourceFile = sourceFile(0, '', '');
  private diagnostics = new Diagnostics();
  protected tokens: readonly IToken[] = [];
  protected brackets: Brackets = { partner: new Int32Array(0), parent: new Int32Array(0) };
  /** Index of the next token. */
  protected at = 0;
  private depth = 0;
  private current: Sites | null = null;
  /** The last line with a syntax error: further ones on it are follow-ups. */
  private failedLine = -1;
  /** After `nesting-too-deep`: nothing more is parsed or reported. */
  protected exhausted = false;
  /** Nesting of parentheses and brackets around an expression; -1 in the header of `if`, `for`, `switch`. */
  protected level = 0;

  constructor(options: EngineOptions) {
    super(vocabulary, {
      skipValidations: !options.validate,
      maxLookahead: 1,
      ...(options.validate ? {} : { lookaheadStrategy: noLookahead }),
    });
  }

  protected load(file: SourceFile, tokens: readonly IToken[], diagnostics: Diagnostics): void {
    const end = file.text.length;
    const last: IToken = {
      image: 'EOF',
      startOffset: end,
      endOffset: end - 1,
      tokenType: endOfFile,
      tokenTypeIdx: endOfFile.tokenTypeIdx ?? 0,
    };
    this.file = file;
    this.diagnostics = diagnostics;
    this.tokens = [...tokens, last];
    this.brackets = matchBrackets(this.tokens, file);
    this.at = 0;
    this.depth = 0;
    this.failedLine = -1;
    this.exhausted = false;
    this.level = 0;
  }

  // ------------------------------------------------------------- looking

  /** The token `ahead` tokens after the next one. */
  protected peek(ahead = 0): IToken {
    const tokens = this.tokens;
    return tokens[Math.min(this.at + ahead, tokens.length - 1)] ?? recordedToken;
  }

  protected next(type: TokenType, ahead = 0): boolean {
    return this.peek(ahead).tokenType === type;
  }

  /** Offset at which the next token starts. */
  protected start(): number {
    return this.peek().startOffset;
  }

  /** From `start` to the end of the token before the next one. */
  protected span(start: number): Span {
    const last = this.tokens[this.at - 1];
    return { file: this.file.id, start, end: last ? Math.max(endOf(last), start) : start };
  }

  protected tokenSpan(token: IToken): Span {
    return { file: this.file.id, start: token.startOffset, end: endOf(token) };
  }

  // ------------------------------------------------------------- errors

  /** Report at a token; one syntax error per line is enough. */
  protected complain(what: string, token: IToken = this.peek()): void {
    const line = lineAt(this.file, token.startOffset);
    if (line === this.failedLine || this.exhausted) return;
    this.failedLine = line;
    this.diagnostics.report('syntax-error', this.tokenSpan(token), { what });
  }

  /** Report at the token that starts at an offset. */
  protected complainAt(what: string, offset: number): void {
    const token = this.tokens.find((t) => t.startOffset >= offset);
    this.complain(what, token);
  }

  /** Report at the next token and give up this construct. */
  protected fail(what: string): never {
    this.complain(what);
    throw syntaxFailure;
  }

  /** `unexpected newline` and what follows it. */
  protected unexpected(rest: string): never {
    return this.fail(`unexpected ${describe(this.peek())}${rest}`);
  }

  /** A separator may be missing only before the bracket that closes the list. */
  protected mustClose(closer: TokenType, rest: string): void {
    if (!this.next(closer)) this.unexpected(rest);
  }

  protected tooDeep(): never {
    if (!this.exhausted)
      this.diagnostics.report('nesting-too-deep', this.tokenSpan(this.peek()), { limit: chainLimit });
    this.exhausted = true;
    throw syntaxFailure;
  }

  // ------------------------------------------------------------- verbs

  private enter(): void {
    if (++this.depth > depthLimit) this.tooDeep();
  }

  protected override consume(
    _occurrence: number,
    type: TokenType,
    options?: { readonly ERR_MSG?: string },
  ): IToken {
    const token = this.peek();
    if (token.tokenType !== type && type.categoryMatchesMap?.[token.tokenTypeIdx] !== true) {
      this.unexpected(options?.ERR_MSG ?? expected(type));
    }
    if (this.at < this.tokens.length - 1) this.at++;
    return token;
  }

  protected rule<R, A extends unknown[] = []>(name: string, body: (...args: A) => R): Rule<R, A> {
    return Object.assign(this.RULE(name, body), { ruleName: name, body, sites: null });
  }

  protected override subrule<A extends unknown[], R>(
    _occurrence: number,
    rule: ParserMethod<A, R>,
    options?: SubruleMethodOpts<A>,
  ): R {
    const caller = this.current;
    const callee = rule as Rule<R, A>;
    this.current = callee.sites ??= sitesOf(
      must(this.getGAstProductions()[callee.ruleName], callee.ruleName),
    );
    this.enter();
    const result: R = Reflect.apply(callee.body, this, options?.ARGS ?? []);
    this.depth--;
    this.current = caller;
    return result;
  }

  protected override or<R>(occurrence: number, choice: IOrAlt<R>[] | OrMethodOpts<R>): R {
    const list = Array.isArray(choice) ? choice : choice.DEF;
    const alternative = this.choose(occurrence, list);
    if (!alternative) this.unexpected(Array.isArray(choice) ? '' : (choice.ERR_MSG ?? ''));
    this.enter();
    const result = alternative.ALT();
    this.depth--;
    return result;
  }

  private choose<R>(occurrence: number, list: readonly IOrAlt<R>[]): IOrAlt<R> | null {
    const possible = alternatives(must(this.current, 'a rule'), occurrence).get(this.peek().tokenTypeIdx);
    for (const index of possible ?? []) {
      const alternative = must(list[index], 'alternative');
      if (alternative.GATE === undefined || alternative.GATE()) return alternative;
    }
    return null;
  }

  protected override option<R>(occurrence: number, body: Body<R>): R | undefined {
    const kinds = optionKinds(must(this.current, 'a rule'), occurrence);
    if (!kinds.has(this.peek().tokenTypeIdx)) return undefined;
    if (typeof body !== 'function' && body.GATE && !body.GATE()) return undefined;
    this.enter();
    const result = typeof body === 'function' ? body() : body.DEF();
    this.depth--;
    return result;
  }

  protected override many(occurrence: number, body: Body<unknown>): void {
    const kinds = repetitionKinds(must(this.current, 'a rule'), occurrence);
    this.enter();
    while (kinds.has(this.peek().tokenTypeIdx)) {
      if (typeof body === 'function') body();
      else if (body.GATE && !body.GATE()) break;
      else body.DEF();
    }
    this.depth--;
  }

  /** What a recovery point needs to go on after a failure. */
  protected state(): State {
    return { depth: this.depth, current: this.current, level: this.level };
  }

  /** In a `catch`: back to the state of the recovery point, except for the position. */
  protected rescue(error: unknown, state: State): void {
    if (error instanceof RangeError) this.overflow();
    else if (error !== syntaxFailure) throw error;
    this.depth = state.depth;
    this.current = state.current;
    this.level = state.level;
  }

  /** The stack was smaller than the limit assumes. */
  private overflow(): void {
    try {
      this.tooDeep();
    } catch (error) {
      if (error !== syntaxFailure) throw error;
    }
  }
}

interface State {
  readonly depth: number;
  readonly current: Sites | null;
  readonly level: number;
}

type Body<R> = (() => R) | { readonly DEF: () => R; readonly GATE?: () => boolean };

/** Offset after the last character. */
export function endOf(token: IToken): number {
  return (token.endOffset ?? token.startOffset - 1) + 1;
}

const recordedToken: IToken = {
  image: '',
  startOffset: 0,
  endOffset: -1,
  tokenType: T.Newline,
  tokenTypeIdx: T.Newline.tokenTypeIdx ?? 0,
};
