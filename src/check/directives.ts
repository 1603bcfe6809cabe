/**
 * `//bpf:` directives: one row each says where it stands and what follows it.
 *
 *     //bpf:attach xdp
 *     //bpf:slot stages 1
 *     func V4(ctx *bpf.XDP) …   →   { attach: ['xdp'], slots: [stages 1] }
 *
 * `//go:noinline` is read here too. Unknown, malformed and misplaced directives are errors.
 */

import type { Comment, Decl, File } from '../ast/ast.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import type { Span } from '../base/source.ts';
import { nearest } from './spelling.ts';

type Place = 'func' | 'var' | 'type' | 'file';

interface DirectiveRow {
  readonly place: Place;
  readonly repeatable: boolean;
  /** What stands after the name. */
  readonly grammar: RegExp;
  /** The grammar in words. */
  readonly usage: string;
}

const nothing = /^$/;
const word = /^\S+$/;

export const directives = {
  attach: { place: 'func', repeatable: true, grammar: word, usage: 'KIND or KIND/TARGET' },
  section: { place: 'func', repeatable: true, grammar: word, usage: 'KIND or KIND/TARGET' },
  slot: { place: 'func', repeatable: true, grammar: /^\S+\s+\S+$/, usage: 'TABLE N' },
  panic: { place: 'func', repeatable: false, grammar: word, usage: 'N' },
  kfunc: { place: 'func', repeatable: false, grammar: /^[A-Za-z_]\w*$/, usage: 'NAME' },
  config: { place: 'var', repeatable: false, grammar: nothing, usage: 'nothing' },
  map: { place: 'var', repeatable: false, grammar: /^\S+\s+\S+$/, usage: 'KIND N' },
  pin: { place: 'var', repeatable: false, grammar: word, usage: 'PATH' },
  core: { place: 'type', repeatable: false, grammar: /^[A-Za-z_]\w*$/, usage: 'NAME' },
  tracepoint: { place: 'type', repeatable: false, grammar: /^[\w.-]+\/[\w.-]+$/, usage: 'CATEGORY/NAME' },
  license: { place: 'file', repeatable: false, grammar: /^\S.*$/, usage: 'NAME' },
  'target-kernel': { place: 'file', repeatable: false, grammar: /^\d+\.\d+(\.\d+)?$/, usage: 'X.Y' },
} as const satisfies Record<string, DirectiveRow>;

type DirectiveName = keyof typeof directives;

export interface Directive {
  readonly name: DirectiveName;
  readonly text: string;
  readonly words: readonly string[];
  readonly span: Span;
}

/** The directives above one declaration. */
export interface DirectiveSet {
  readonly list: readonly Directive[];
  readonly noinline: boolean;
  readonly kfunc: string | null;
}

export const noDirectives: DirectiveSet = { list: [], noinline: false, kfunc: null };

function isName(name: string): name is DirectiveName {
  return Object.hasOwn(directives, name);
}

/** A comment as a directive; null when it is an ordinary one, or after an error. */
function parse(comment: Comment, diagnostics: Diagnostics): Directive | null {
  const match = /^\/\/(\s*)bpf:(\S*)\s*(.*?)\s*$/.exec(comment.text);
  if (match === null) return null;
  const [, space = '', name = '', text = ''] = match;
  if (space !== '') {
    if (isName(name)) diagnostics.report('directive-space', comment.span, { name });
    return null;
  }
  if (!isName(name)) {
    const near = nearest(name, Object.keys(directives)) ?? 'attach';
    diagnostics.report('unknown-directive', comment.span, { name, near });
    return null;
  }
  if (!directives[name].grammar.test(text)) {
    diagnostics.report('directive-usage', comment.span, { name, usage: directives[name].usage });
    return null;
  }
  return { name, text, words: text === '' ? [] : text.split(/\s+/), span: comment.span };
}

function placeOf(decl: Decl): Place {
  switch (decl.kind) {
    case 'FuncDecl':
      return 'func';
    case 'VarDecl':
      return 'var';
    case 'TypeDecl':
      return 'type';
    case 'ConstDecl':
      return 'file';
    default:
      return decl satisfies never;
  }
}

const placeNames: Readonly<Record<Place, string>> = {
  func: 'a function',
  var: 'a package variable',
  type: 'a struct type',
  file: 'the first declaration of the file',
};

export interface FileDirectives {
  readonly license: Directive | null;
  readonly targetKernel: Directive | null;
  /** By the declaration that they stand above. */
  readonly of: ReadonlyMap<Decl, DirectiveSet>;
}

/** Read all directives of a file. */
export function readDirectives(file: File, diagnostics: Diagnostics): FileDirectives {
  const owners = new Map<number, Decl>();
  for (const decl of file.decls) for (const comment of decl.doc) owners.set(comment.span.start, decl);
  const firstDecl = file.decls[0]?.span.start ?? Number.POSITIVE_INFINITY;
  const lists = new Map<Decl, Directive[]>();
  let license: Directive | null = null;
  let targetKernel: Directive | null = null;
  for (const comment of file.comments) {
    const directive = parse(comment, diagnostics);
    if (directive === null) continue;
    const { place, repeatable } = directives[directive.name];
    if (place === 'file') {
      const earlier = directive.name === 'license' ? license : targetKernel;
      if (comment.span.start > firstDecl) misplaced(directive, diagnostics);
      else if (earlier !== null) repeated(directive, earlier, diagnostics);
      else if (directive.name === 'license') license = directive;
      else targetKernel = directive;
      continue;
    }
    const owner = owners.get(comment.span.start);
    if (owner === undefined || placeOf(owner) !== place) {
      misplaced(directive, diagnostics);
      continue;
    }
    const list = lists.get(owner) ?? [];
    const earlier = repeatable ? undefined : list.find((d) => d.name === directive.name);
    if (earlier !== undefined) repeated(directive, earlier, diagnostics);
    else lists.set(owner, [...list, directive]);
  }
  const of = new Map(file.decls.map((decl) => [decl, setOf(decl, lists.get(decl) ?? [])]));
  return { license, targetKernel, of };
}

function misplaced(directive: Directive, diagnostics: Diagnostics): void {
  const place = placeNames[directives[directive.name].place];
  diagnostics.report('misplaced-directive', directive.span, { name: directive.name, place });
}

function repeated(directive: Directive, earlier: Directive, diagnostics: Diagnostics): void {
  diagnostics.report('repeated-directive', directive.span, { name: directive.name }, [
    { span: earlier.span, message: 'the first one is here' },
  ]);
}

function setOf(decl: Decl, list: readonly Directive[]): DirectiveSet {
  const noinline = decl.doc.some((comment) => /^\/\/go:noinline\s*$/.test(comment.text));
  const kfunc = list.find((d) => d.name === 'kfunc')?.text ?? null;
  return list.length === 0 && !noinline ? noDirectives : { list, noinline, kfunc };
}

/** The directives of one name, `section` counting as `attach`. */
export function directivesNamed(set: DirectiveSet, name: DirectiveName): readonly Directive[] {
  return set.list.filter((d) => d.name === name || (name === 'attach' && d.name === 'section'));
}
