/**
 * What runs the rules: chevrotain's notation and recorder, with a leaner executor.
 *
 * The rules are ordinary chevrotain rules (`subrule`, `or`, `many`, `option`, `consume`), and chevrotain records them into a grammar. That
 * takes 25 ms, so it happens in the tests, which check the grammar and derive from it the lookahead table and the EBNF (recorded.ts). In the
 * compiler the verbs are the ones below, for three reasons: no recording and no LL(k) analysis at start-up; one or two stack frames a
 * verb instead of four to six, so that a thousand nested brackets fit Node's default stack; Go's wording for errors.
 *
 * Invariant: no input makes it throw anything but `syntaxFailure`, which the caller of a recovery point catches.
 */

import {
  EmbeddedActionsParser,
  type IOrAlt,
  type IToken,
  type OrMethodOpts,
  type ParserMethod,
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

/** An alternative, perhaps with a condition on the tokens ahead or on what has been parsed. */
export interface Choice<R, A extends unknown[] = []> extends Gated<A> {
  readonly rule: Rule<R, A>;
}

interface Gated<A extends unknown[]> {
  readonly GATE?: (...so: A) => boolean;
}

/** Thrown after a syntax error has been reported; carries nothing. */
export const syntaxFailure = new Error('syntax error');

/**
 * How deep brackets may nest, and how high a tree that is built in a loop may grow (`- - - x`, `a.b.c`, `f()()()`). Node's default
 * stack of 984 KiB holds this many parentheses or blocks; where it is too small for the shape, the same error comes earlier.
 */
export const nestingLimit = 1024;

/** `none`: rules run, chevrotain knows nothing of them. The others are for the tests: recording, and chevrotain's own checks of the grammar. */
export type Recording = 'none' | 'record' | 'validate';

export abstract class Engine extends EmbeddedActionsParser {
  protected file: SourceFile = sourceFile(0, '', '');
  private diagnostics = new Diagnostics();
  protected tokens: readonly IToken[] = [];
  protected brackets: Brackets = matchBrackets([], this.file);
  /** Index of the next token. */
  protected at = 0;
  private current: Sites | null = null;
  /** The last line with a syntax error: further ones on it are follow-ups. */
  private failedLine = -1;
  /** After `nesting-too-deep`: nothing more is parsed or reported. */
  protected exhausted = false;
  /** Nesting of parentheses and brackets around an expression; -1 in the header of `if`, `for`, `switch`. */
  protected level = 0;

  private readonly recording: Recording;

  constructor(recording: Recording) {
    super(vocabulary, { skipValidations: recording !== 'validate', maxLookahead: 1 });
    this.recording = recording;
  }

  /** To be called when every rule is there. */
  protected analyse(): void {
    if (this.recording !== 'none') this.performSelfAnalysis();
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
    this.exhausted = false;
    this.tokens = [...tokens, last];
    this.brackets = matchBrackets(this.tokens, file);
    this.at = this.brackets.depths.findIndex((depth) => depth > nestingLimit);
    if (this.at >= 0) this.reportDepth();
    this.at = Math.max(this.at, 0);
    this.failedLine = -1;
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
    let low = 0;
    let high = this.tokens.length - 1;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (must(this.tokens[mid], 'token').startOffset < offset) low = mid + 1;
      else high = mid;
    }
    this.complain(what, this.tokens[low]);
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
    this.reportDepth();
    throw syntaxFailure;
  }

  /** After this nothing more is parsed. */
  private reportDepth(): void {
    if (!this.exhausted)
      this.diagnostics.report('nesting-too-deep', this.tokenSpan(this.peek()), { limit: nestingLimit });
    this.exhausted = true;
  }

  // ------------------------------------------------------------- verbs

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
    const recorded = this.recording === 'none' ? body : this.RULE(name, body);
    return Object.assign(recorded, { ruleName: name, body, sites: null });
  }

  protected override subrule<A extends unknown[], R>(
    _occurrence: number,
    rule: ParserMethod<A, R>,
    options?: { readonly ARGS: A },
  ): R {
    const caller = this.current;
    const result =
      options === undefined ? this.enter(rule as Rule<R>)() : this.enter(rule as Rule<R, A>)(...options.ARGS);
    this.current = caller;
    return result;
  }

  /** Make a rule the current one; its body is called by the caller, to save a stack frame. */
  private enter<A extends unknown[], R>(rule: Rule<R, A>): (...args: A) => R {
    this.current = rule.sites ??= sitesOf(rule.ruleName);
    return rule.body;
  }

  /** For a rule whose body is called directly: its choices become current; gives back the caller's. */
  protected enterRule<R>(rule: Rule<R>): Sites | null {
    const caller = this.current;
    if (!this.RECORDING_PHASE) this.enter(rule);
    return caller;
  }

  protected leaveRule(caller: Sites | null): void {
    this.current = caller;
  }

  protected override or<R>(occurrence: number, choice: IOrAlt<R>[] | OrMethodOpts<R>): R {
    return this.choose(occurrence, choice).ALT();
  }

  private choose<R>(occurrence: number, choice: IOrAlt<R>[] | OrMethodOpts<R>): IOrAlt<R> {
    const found = this.chosen(occurrence, Array.isArray(choice) ? choice : choice.DEF, []);
    return found ?? this.unexpected(Array.isArray(choice) ? '' : (choice.ERR_MSG ?? ''));
  }

  private chosen<A extends unknown[], C extends Gated<A>>(
    occurrence: number,
    list: readonly C[],
    so: A,
  ): C | null {
    const possible = alternatives(this.sites(), occurrence).get(this.peek().tokenTypeIdx);
    for (const index of possible ?? []) {
      const choice = must(list[index], 'alternative');
      if (choice.GATE === undefined || choice.GATE(...so)) return choice;
    }
    return null;
  }

  private sites(): Sites {
    return must(this.current, 'a rule');
  }

  protected override option<R>(occurrence: number, body: Body<R>): R | undefined {
    return this.begins(optionKinds(this.sites(), occurrence), body) ? actionOf(body)() : undefined;
  }

  protected override many(occurrence: number, body: Body<unknown>): void {
    while (this.begins(repetitionKinds(this.sites(), occurrence), body)) actionOf(body)();
  }

  /** Whether the repetition goes on, for a rule that runs its loop itself. */
  protected repeats(occurrence: number): boolean {
    return repetitionKinds(this.sites(), occurrence).has(this.peek().tokenTypeIdx);
  }

  private begins(kinds: ReadonlySet<number>, body: Body<unknown>): boolean {
    return (
      kinds.has(this.peek().tokenTypeIdx) &&
      (typeof body === 'function' || body.GATE === undefined || body.GATE())
    );
  }

  // ------------------------------------------------------------- verbs that chevrotain spells with closures

  /** `a | b | …`, each alternative a rule. */
  protected oneOf<R>(occurrence: number, choices: readonly Choice<R>[], error = ''): R {
    if (this.RECORDING_PHASE) return this.or(occurrence, this.recordChoices(occurrence, choices));
    const caller = this.current;
    const result = this.pick(occurrence, choices, error)();
    this.current = caller;
    return result;
  }

  private pick<R>(occurrence: number, choices: readonly Choice<R>[], error: string): () => R {
    const choice = this.chosen(occurrence, choices, []);
    return this.enter(choice ? choice.rule : this.unexpected(error));
  }

  /** `{ a | b | … }`: each rule gets what the one before returned. */
  protected manyOf<R>(occurrence: number, choices: readonly Choice<R, [R]>[], first: R): R {
    if (this.RECORDING_PHASE) {
      this.many(occurrence, () => this.or(occurrence, this.recordChoices(occurrence, choices)));
      return first;
    }
    const caller = this.current;
    let result = first;
    for (let count = 0; ; count++) {
      const body = this.pickNext(occurrence, choices, result, count);
      if (!body) return result;
      result = body(result);
      this.current = caller;
    }
  }

  private pickNext<R>(occurrence: number, choices: readonly Choice<R, [R]>[], so: R, count: number) {
    const choice = this.chosen<[R], Choice<R, [R]>>(occurrence, choices, [so]);
    if (choice && count >= nestingLimit) this.tooDeep();
    return choice && this.enter(choice.rule);
  }

  private recordChoices<R, A extends unknown[]>(
    occurrence: number,
    choices: readonly Choice<R, A>[],
  ): IOrAlt<R>[] {
    return choices.map(({ rule, GATE }, i) => ({
      ...(GATE ? { GATE: () => true } : {}),
      ALT: () => this.subrule(20 * occurrence + i, rule),
    }));
  }

  /** `{ item }`, the item a rule. */
  protected each<R>(occurrence: number, item: Rule<R>): R[] {
    const items: R[] = [];
    if (this.RECORDING_PHASE) this.many(occurrence, () => this.subrule(20 * occurrence, item));
    const caller = this.current;
    while (!this.RECORDING_PHASE && this.begins(repetitionKinds(this.sites(), occurrence), noGate)) {
      items.push(this.enter(item)());
      this.current = caller;
    }
    return items;
  }

  /** `[ item { "," item } [ "," ] ]`: a list before `closer`, with an optional last comma. */
  protected list<R>(occurrence: number, closer: TokenType, item: Rule<R>): R[] {
    const items: R[] = [];
    if (this.RECORDING_PHASE) this.recordList(occurrence, item);
    else if (optionKinds(this.sites(), occurrence).has(this.peek().tokenTypeIdx)) {
      const caller = this.current;
      do {
        items.push(this.enter(item)());
        this.current = caller;
      } while (this.skipComma() && !this.next(closer));
    }
    return items;
  }

  private recordList<R>(occurrence: number, item: Rule<R>): void {
    this.option(occurrence, () => {
      this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.subrule(20 * occurrence, item) });
      this.option(occurrence + 1, () => this.consume(20 * occurrence, T.Comma));
    });
  }

  private skipComma(): boolean {
    const found = this.next(T.Comma);
    if (found) this.at++;
    return found;
  }

  /** What a recovery point needs to go on after a failure. */
  protected state(): State {
    return { current: this.current, level: this.level };
  }

  /** In a `catch`: back to the state of the recovery point, except for the position. */
  protected rescue(error: unknown, state: State): void {
    if (error instanceof RangeError) this.reportDepth();
    else if (error !== syntaxFailure) throw error;
    this.current = state.current;
    this.level = state.level;
  }
}

interface State {
  readonly current: Sites | null;
  readonly level: number;
}

type Body<R> = (() => R) | { readonly DEF: () => R; readonly GATE?: () => boolean };

const noGate = (): void => undefined;

function actionOf<R>(body: Body<R>): () => R {
  return typeof body === 'function' ? body : body.DEF;
}

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
