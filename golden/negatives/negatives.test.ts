/**
 * The wrong programs of *.txt: the compiler refuses each with an error at its line, and the kernel refuses the same
 * mistake, or there is a reason why the compiler is stricter. The texts of both stand in golden files.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { must } from '../../src/base/assert.ts';
import { formatDiagnostic, plain } from '../../src/base/format.ts';
import { lineAt } from '../../src/base/source.ts';
import { compile } from '../../src/compile.ts';
import { type Explanation, explainLog } from '../../src/explain/explain.ts';
import { formatExplanation } from '../../src/explain/format.ts';
import { readBpfObject } from '../../src/object/bpf-object.ts';
import { badPrograms } from '../explain/cases.ts';
import { kernelSystem, requires } from '../requires.ts';
import { forced, forcible, groups, type Negative, negatives } from './cases.ts';
import { type Judgement, judge } from './judge.ts';
import type { Recorded } from './recorded.ts';

const present = await requires('kernel');
const here = import.meta.dirname;
const cases = negatives();
const assembly = badPrograms().map((c) => c.name);
const isRight = (c: Negative): boolean => c.codes.length === 0;

function golden(name: string, text: string): void {
  const path = join(here, name);
  if (process.env.BPFC_BLESS === '1') writeFileSync(path, text);
  expect(text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : `there is no ${name}: npm run bless`);
}

function objectOf(c: Negative): Uint8Array {
  const { diagnostics, files, object } = forced(c);
  const texts = diagnostics.map((d) => formatDiagnostic(d, files));
  return must(object, `${c.name} does not compile when forced: ${texts.join('\n')}`);
}

/** Why, in Go terms, by the source's text alone. */
function explained(c: Negative, judgement: Judgement): Explanation | null {
  if (judgement.kind !== 'refused') return null;
  const sources = new Map(c.source.files.map(({ name, text }) => [name, text]));
  return explainLog(judgement.log, { sources, reason: judgement.reason });
}

function verdictOf(judgement: Judgement, explanation: Explanation | null): string {
  if (judgement.kind !== 'refused') return judgement.kind;
  return judgement.log === '' ? `errno ${judgement.reason}` : (explanation?.name ?? 'unexplained');
}

function expectVerdict(c: Negative, judgement: Judgement, explanation: Explanation | null): void {
  const { verdict, kernelLine } = c;
  const wanted =
    verdict.kind === 'message'
      ? verdict.name
      : verdict.kind === 'errno'
        ? `errno ${verdict.errno}`
        : verdict.kind;
  const line = kernelLine === null ? null : (explanation?.where?.line ?? null);
  expect([verdictOf(judgement, explanation), line]).toEqual([wanted, kernelLine]);
}

test('there are enough rules, under different names', () => {
  expect(cases.filter((c) => !isRight(c)).length).toBeGreaterThanOrEqual(120);
  expect(cases.filter(isRight).length).toBeGreaterThanOrEqual(20);
  expect(new Set(cases.map((c) => c.name)).size).toBe(cases.length);
  for (const { verdict } of cases)
    if (verdict.kind === 'accepted' || verdict.kind === 'law')
      expect(verdict.reason.length).toBeGreaterThan(20);
    else if (verdict.kind === 'assembly') expect(assembly).toContain(verdict.name);
});

describe.each(groups)('%s', (group) => {
  const own = cases.filter((c) => c.group === group);
  const errors: string[] = [];

  test.each(own)('$name', (c) => {
    const { diagnostics, files } = compile({ ...c.source, options: { emit: 'object' } });
    const found = diagnostics.filter((d) => d.severity === 'error');
    expect([...new Set(found.map((d) => d.code))].sort()).toEqual([...c.codes].sort());
    const lines = found.map(({ span }) =>
      span === null ? 0 : lineAt(must(files[span.file], 'a file'), span.start),
    );
    if (c.errorLine !== null && !isRight(c)) expect(lines).toContain(c.errorLine);
    for (const d of found) errors.push(formatDiagnostic(d, files));
  });

  test('errors as the golden file has them', () =>
    golden(`${group}.errors.golden`, `${errors.join('\n')}\n`));
});

describe.skipIf(!present)('in this kernel', () => {
  test.each(cases.filter((c) => c.kernels.length === 0 && forcible(c)))('$name', async (c) => {
    const object = objectOf(c);
    const judgement = judge(await kernelSystem(), object);
    const program = readBpfObject(object).programs[0];
    const explanation =
      judgement.kind === 'refused'
        ? explainLog(judgement.log, { lines: program?.lines ?? [], reason: judgement.reason })
        : null;
    expectVerdict(c, judgement, explanation);
  });
});

const series = readdirSync(here).flatMap((name) => /^verdicts-([\d.]+)\.json$/.exec(name)?.[1] ?? []);

describe.each(series)('recorded on %s', (version) => {
  const recorded: Recorded = JSON.parse(readFileSync(join(here, `verdicts-${version}.json`), 'utf8'));
  const judged = recorded.verdicts.flatMap(({ name, judgement }) => {
    const known = cases.find((c) => c.name === name);
    return known === undefined ? [] : [{ known, judgement, explanation: explained(known, judgement) }];
  });

  test.each(judged.filter(({ known }) => known.kernels.includes(version)))(
    '$known.name',
    ({ known, judgement, explanation }) => expectVerdict(known, judgement, explanation),
  );

  test('explained as the golden file has it', () => {
    const text = judged.flatMap(({ known, judgement, explanation }) =>
      explanation === null || judgement.kind !== 'refused'
        ? [`${known.name}: ${judgement.kind}`]
        : [formatExplanation(explanation, { program: known.name, reason: judgement.reason }, plain)],
    );
    golden(`explained-${version}.golden`, `${text.join('\n\n')}\n`);
  });
});

test('programs for other kernels are recorded there', () => {
  const missing = cases.flatMap((c) => c.kernels.filter((k) => !series.includes(k)).map((k) => [c.name, k]));
  expect(missing).toEqual([]);
});
