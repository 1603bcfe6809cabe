import { describe, expect, test } from 'vitest';
import { type Code, codes, type Diagnostic, Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { compile } from '../compile.ts';
import { assembleText, disassemble } from '../emit/asm.ts';
import { fromHex } from '../emit/hex.ts';
import { must } from '../base/assert.ts';
import { parseModule } from '../ir/parse.ts';
import { messages } from './messages.ts';
import { pageNames, pageOf } from './page.ts';
import { type Page, pageInput, pages } from './pages.ts';

function diagnose(page: Page, text: string): readonly Diagnostic[] {
  const diagnostics = new Diagnostics();
  switch (page.kind) {
    case 'assembly':
      assembleText(sourceFile(0, 'example.s', text.trimStart()), 'little', diagnostics);
      return diagnostics.list;
    case 'ir':
      parseModule(sourceFile(0, 'example.ir', text.trimStart()), diagnostics);
      return diagnostics.list;
    case 'hex':
      disassemble(must(fromHex(text.trim()), 'hexadecimal digits'), 'little', diagnostics);
      return diagnostics.list;
    case 'files':
    case 'statements':
    case 'declarations':
      return compile(pageInput(page, text)).diagnostics;
    default:
      return page.kind satisfies never;
  }
}

describe('examples', () => {
  test.each(Object.entries(pages))('%s', (code, page) => {
    expect(diagnose(page, page.wrong).map((d) => d.code)).toContain(code);
    const right = diagnose(page, page.right);
    expect(right.filter((d) => d.severity === 'error').map((d) => `${d.code}: ${d.message}`)).toEqual([]);
    expect(right.map((d) => d.code)).not.toContain(code);
  });
});

test('every code and every message has a page, under a name of its own', () => {
  for (const name of pageNames()) expect(pageOf(name)).toContain(name);
  expect(Object.keys(messages).filter((name) => Object.hasOwn(codes, name))).toEqual([]);
  expect(pageOf('nothing-of-the-kind')).toBeNull();
});

/** The pages of these show the message and its help alone. */
const withoutExample: Partial<Readonly<Record<Code, string>>> = {
  'nesting-too-deep': 'an example would have thousands of brackets',
  'declaration-too-deep': 'an example would have thousands of declarations',
  'too-many-paths': 'an example would have thousands of decisions without a loop',
  'expansion-too-deep': 'an example would have more than 64 functions that take functions',
  'cannot-convert-constant':
    'the rules of conversion and assignment speak first; this one is for what they let through',
  'run-time-string': 'the checker says no-runtime-string first; this one is for what it lets through',
  'pointer-from-number': 'the checker says number-to-pointer first; this one is for what it lets through',
  'recursive-call': 'the checker says recursion first; this one is for what it lets through',
  'no-ebpf-form': 'every declaration of the SDK has a form, which a test sees to',
};

test('every code has an example, or a reason for none', () => {
  const missing = (Object.keys(codes) as Code[]).filter((code) => pages[code] === undefined);
  expect(missing.toSorted()).toEqual(Object.keys(withoutExample).toSorted());
});
