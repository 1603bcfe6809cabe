import { describe, expect, test } from 'vitest';
import { type Code, codes } from '../base/diagnostic.ts';
import { compile } from '../compile.ts';
import { messages } from './messages.ts';
import { pageNames, pageOf } from './page.ts';
import { pageProgram, pages } from './pages.ts';

const diagnose = (text: string) =>
  compile({ files: [{ name: 'example.go', text }], options: { emit: 'object' } }).diagnostics;

describe('examples', () => {
  test.each(Object.entries(pages))('%s', (code, page) => {
    expect(diagnose(pageProgram(page, page.wrong)).map((d) => d.code)).toContain(code);
    const errors = diagnose(pageProgram(page, page.right)).filter((d) => d.severity === 'error');
    expect(errors.map((d) => `${d.code}: ${d.message}`)).toEqual([]);
  });
});

test('every code and every message has a page, under a name of its own', () => {
  for (const name of pageNames()) expect(pageOf(name)).toContain(name);
  expect(Object.keys(messages).filter((name) => Object.hasOwn(codes, name))).toEqual([]);
  expect(pageOf('nothing-of-the-kind')).toBeNull();
});

/** The pages of these show the message and its help alone. */
const withoutExample: readonly string[] = [
  'nesting-too-deep',
  'init-not-function',
  'package-name',
  'declaration-too-deep',
  'import-cycle',
  'signature-cycle',
  'instance-too-deep',
  'bad-literal',
  'cannot-convert-constant',
  'directives-differ',
  'needs-object',
  'struct-ops-no-link',
  'kconfig-weak',
  'pointer-varies',
  'run-time-string',
  'pointer-from-number',
  'expansion-too-deep',
  'recursive-call',
  'no-ebpf-form',
  'unsafe-cast',
  'unsafe-length',
  'unsafe-offset',
  'packet-length',
  'helper-perhaps-not-allowed',
  'map-in-sleepable',
  'perhaps-nil',
  'callback-capture',
  'open-at-tail-call',
  'hook-arguments',
  'needs-cpu',
  'no-program',
  'bad-assembly',
  'bad-bytecode',
  'unresolved-map',
  'bad-ir',
  'too-many-paths',
];

test('every code has an example, or a reason for none', () => {
  const missing = (Object.keys(codes) as Code[]).filter((code) => pages[code] === undefined);
  expect(missing.filter((code) => !withoutExample.includes(code))).toEqual([]);
  expect(withoutExample.filter((code) => pages[code as Code] !== undefined)).toEqual([]);
});
