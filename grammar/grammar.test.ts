/** grammar.md: its rules are the parser's, and Go's own parser agrees about sentences made from them. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { must } from '../src/base/assert.ts';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { sourceFile } from '../src/base/source.ts';
import { parseFile } from './parse.ts';
import { GoParser } from './parser.ts';
import { ebnfOf } from './recorded.ts';
import { kindSpellings } from './tokens.ts';

const path = fileURLToPath(new URL('grammar.md', import.meta.url));
const blocks = /```ebnf\n([\s\S]*?)```/g;

function rulesIn(text: string): string[] {
  return [...text.matchAll(blocks)].flatMap(([, body = '']) =>
    body
      .trim()
      .split(/ \.\n/)
      .map((rule) => `${rule.replace(/\s+/g, ' ').replace(/ \.$/, '')} .`),
  );
}

function wrap(rule: string): string {
  const lines: string[] = [];
  for (const word of rule.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 110) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `    ${word}`);
  }
  return lines.join('\n');
}

const recorded = new Map(
  Object.values(new GoParser('record').getGAstProductions()).map((rule) => [rule.name, ebnfOf(rule)]),
);

/** The document with every rule as recorded. */
function updated(text: string): string {
  return text.replace(blocks, (_, body: string) => {
    const names = [...body.matchAll(/^(\w+) =/gm)].map(([, name = '']) => name);
    return `\`\`\`ebnf\n${names.map((name) => wrap(recorded.get(name) ?? '')).join('\n')}\n\`\`\``;
  });
}

describe('grammar.md', () => {
  it('has the rules of the parser, each once', () => {
    if (process.env.BPFC_BLESS) writeFileSync(path, updated(readFileSync(path, 'utf8')));
    const written = rulesIn(readFileSync(path, 'utf8'));
    expect(written.toSorted()).toEqual([...recorded.values()].toSorted());
  });

  it('has the spellings of the kinds', () => {
    const text = readFileSync(path, 'utf8');
    for (const kind of ['UnaryOp', 'BinaryOp', 'AssignOp', 'IncDec'] as const) {
      const row = new RegExp(`^\\| \`${kind}\` \\| (.*) \\|$`, 'm').exec(text)?.[1] ?? '';
      const written = [...row.matchAll(/`([^`]+)`/g)].map(([, spelling = '']) =>
        spelling.replaceAll('\\', ''),
      );
      expect(written.toSorted()).toEqual(kindSpellings(kind).toSorted());
    }
  });
});

// ---------------------------------------------------------------- sentences

type Term =
  | { readonly kind: 'token'; readonly text: string }
  | { readonly kind: 'rule'; readonly text: string }
  | { readonly kind: 'sequence'; readonly items: readonly Term[] }
  | { readonly kind: 'choice'; readonly items: readonly Term[] }
  | { readonly kind: 'option' | 'repeat'; readonly item: Term };

/** The right side of a rule in the notation of grammar.md. */
function parseRule(rule: string): Term {
  const words = rule.split(' ').slice(2, -1);
  let at = 0;
  const choice = (): Term => {
    const items = [sequence()];
    while (words[at] === '|') {
      at++;
      items.push(sequence());
    }
    return items.length === 1 ? must(items[0], 'item') : { kind: 'choice', items };
  };
  const sequence = (): Term => {
    const items: Term[] = [];
    while (at < words.length && !['|', ')', ']', '}'].includes(words[at] ?? '')) items.push(term());
    return { kind: 'sequence', items };
  };
  const bracketed = (): Term => {
    const inner = choice();
    at++;
    return inner;
  };
  const term = (): Term => {
    const word = words[at++] ?? '';
    if (word === '[') return { kind: 'option', item: bracketed() };
    if (word === '{') return { kind: 'repeat', item: bracketed() };
    if (word === '(') return bracketed();
    return /^["A-Z]/.test(word) ? { kind: 'token', text: word } : { kind: 'rule', text: word };
  };
  return choice();
}

/** A small generator of pseudo-random numbers below `n` (mulberry32). */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const literals: Readonly<Record<string, readonly string[]>> = {
  Name: ['a', 'b', 'T', '_'],
  Literal: ['1', '0x2F', '1.5', '3i', "'r'", '"s"', '`t`'],
  String: ['"s"', '`t`'],
};

function sentence(rules: ReadonlyMap<string, Term>, seed: number): string {
  const below = random(seed);
  const words: string[] = [];
  const write = (term: Term, budget: number): void => {
    if (term.kind === 'token') {
      const spellings =
        literals[term.text] ??
        (/^[A-Z]/.test(term.text) ? kindSpellings(term.text) : [term.text.slice(1, -1)]);
      words.push(must(spellings[below(spellings.length)], term.text));
      return;
    }
    if (term.kind === 'rule') write(must(rules.get(term.text), term.text), budget - 1);
    else if (term.kind === 'sequence') for (const item of term.items) write(item, budget);
    else if (term.kind === 'choice') {
      // Without budget the simplest alternative, which the grammar has first or among its first.
      write(must(term.items[budget > 0 ? below(term.items.length) : 0], 'item'), budget - 1);
    } else {
      const most = budget <= 0 ? 0 : term.kind === 'option' ? below(2) : below(3);
      for (let i = 0; i < most; i++) write(term.item, budget - 1);
    }
  };
  if (seed % 2 === 0) write(must(rules.get('sourceFile'), 'sourceFile'), 26);
  else {
    words.push('package p ;');
    write(must(rules.get(seed % 4 === 1 ? 'functionDeclaration' : 'declaration'), 'declaration'), 30);
  }
  // Go binds `<- <- chan T` by a rule of its own, and gofmt and the compiler differ about `[...]T` outside of literals.
  return words
    .join(' ')
    .replace(/(<- )+/g, '<- ')
    .replaceAll('[ ... ]', '[ 4 ]');
}

/** Conditions that Go checks with the types, not in its parser. */
const onlyOurs = new Set([
  'invalid package name _',
  'method has multiple receivers',
  'method has no receiver',
  'use of .(type) outside type switch',
]);

const gofmt = spawnSync('gofmt', ['-h']).error === undefined;
if (!gofmt)
  console.warn('grammar/grammar.test.ts: gofmt is not installed, sentences are not compared with it');

describe('sentences of the grammar', () => {
  const rules = new Map(
    rulesIn(readFileSync(path, 'utf8')).map((rule) => [rule.split(' ')[0] ?? '', parseRule(rule)]),
  );
  const texts = Array.from({ length: 3000 }, (_, seed) => sentence(rules, seed));
  const verdicts = texts.map((text) => {
    const diagnostics = new Diagnostics();
    parseFile(sourceFile(0, 'sentence.go', text), diagnostics);
    return diagnostics.list[0]?.message ?? '';
  });

  it('parse, or break a condition that the document names', () => {
    expect(new Set(texts).size).toBeGreaterThan(1000);
    expect(verdicts.filter((message) => message === '').length).toBeGreaterThan(100);
  });

  it.skipIf(!gofmt)('are right or wrong for gofmt too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpfc-sentences-'));
    for (const [i, text] of texts.entries()) writeFileSync(join(folder, `${i}.go`), text);
    const { stderr } = spawnSync('gofmt', ['-e', '-l', '.'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    rmSync(folder, { recursive: true });
    const wrong = new Map(
      [...stderr.matchAll(/^(\d+)\.go:\d+:\d+: (.*)$/gm)]
        .reverse()
        .map(([, i = '', what = '']) => [Number(i), what]),
    );
    const different = verdicts.flatMap((ours, i) =>
      (ours === '') === !wrong.has(i) || onlyOurs.has(ours) ? [] : [[ours, wrong.get(i), texts[i]]],
    );
    expect(different).toEqual([]);
  });
});
