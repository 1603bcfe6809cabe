/**
 * Explanations of refusals: the bad programs of refused.txt in this machine's kernel, their recorded logs of four more,
 * and logs as other tools print them. What a recorded log is explained with stands in golden files.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plain } from '../../src/base/format.ts';
import { explainLog } from '../../src/explain/explain.ts';
import { formatExplanation } from '../../src/explain/format.ts';
import { loadPlan } from '../../src/kernel/plan.ts';
import { kernelSystem, requires } from '../requires.ts';
import { badPrograms } from './cases.ts';

const present = await requires('kernel');
const here = import.meta.dirname;
const cases = badPrograms();

function golden(name: string, text: string): void {
  const path = join(here, name);
  if (process.env.BPFC_BLESS === '1') writeFileSync(path, text);
  expect(text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : `there is no ${name}: npm run bless`);
}

test('there are enough bad programs, under different names', () => {
  expect(cases.length).toBeGreaterThanOrEqual(80);
  expect(new Set(cases.map((c) => c.name)).size).toBe(cases.length);
});

describe.skipIf(!present)('in this kernel', () => {
  test.each(cases)('$name is $message', async ({ plan, lines, message, line }) => {
    const loaded = loadPlan(await kernelSystem(), plan);
    const result = loaded.programs.get('main');
    loaded.close();
    if (result === undefined || result.ok) throw new Error('accepted');
    const explanation = explainLog(result.log, { lines });
    expect(explanation.messages.join('\n')).not.toBe('');
    expect([explanation.name, line === null ? null : (explanation.where?.line ?? null)]).toEqual([
      message,
      line,
    ]);
  });
});

interface Recorded {
  readonly release: string;
  readonly refused: readonly {
    readonly name: string;
    readonly reason: string | null;
    readonly log: string;
  }[];
}

const series = readdirSync(here).flatMap((name) => /^logs-([\d.]+)\.json$/.exec(name)?.[1] ?? []);

/** Programs that a kernel refuses for another reason than ours, or in older words that have a row of their own. */
const seenInstead: Readonly<Record<string, readonly string[]>> = {
  '5.10': [
    'number-as-pointer: scalar-dereference-inv',
    'pointer-lost-in-arithmetic: scalar-dereference-inv',
    'packet-after-adjust-head: scalar-dereference-inv',
    'record-after-submit: scalar-dereference-inv',
    'reserve-variable-size: unbounded-size',
    'recursion: back-edge',
    'callback-number: helper-unknown',
    'helper-of-another-type: helper-unknown-func',
    'kernel-function-under-gpl: reserved-fields',
    'kernel-function-that-is-none: reserved-fields',
    'sleeping-helper-in-tracepoint: helper-unknown-func',
    'sleepable-with-trie: null',
    'jump-into-load: bad-ldimm64',
    'dynptr-not-made: helper-unknown',
    'kernel-memory-read-directly: scalar-dereference-inv',
    'timer-without-map: helper-unknown',
  ],
  '6.1': ['recursion: back-edge', 'helper-of-another-type: helper-unknown-func'],
  '6.12': [],
  '7.3': ['recursion: call-cycle'],
};

describe.each(series)('recorded on %s', (version) => {
  const { refused }: Recorded = JSON.parse(readFileSync(join(here, `logs-${version}.json`), 'utf8'));
  const explained = refused.flatMap(({ name, reason, log }) => {
    const known = cases.find((c) => c.name === name);
    if (known === undefined || reason === null) return [];
    const explanation = explainLog(log, { lines: known.lines });
    return [{ name, reason, known, explanation }];
  });

  test('every log is explained', () => {
    const unexplained = explained.filter(
      ({ explanation }) => explanation.name === null && explanation.messages.length > 0,
    );
    expect(unexplained.map(({ name, explanation }) => [name, ...explanation.messages])).toEqual([]);
  });

  test('with the cause that is expected, or what the kernel sees instead', () => {
    const others = explained.flatMap(({ known, explanation }) =>
      explanation.name === known.message ? [] : [`${known.name}: ${explanation.name}`],
    );
    expect(others).toEqual(seenInstead[version]);
  });

  test('at the line that is at fault, where the log tells', () => {
    const elsewhere = explained.filter(
      ({ known, explanation }) =>
        known.line !== null &&
        explanation.name === known.message &&
        explanation.where !== null &&
        explanation.where.line !== known.line,
    );
    expect(
      elsewhere.map(({ name, known, explanation }) => [name, known.line, explanation.where?.line]),
    ).toEqual([]);
  });

  test('as the golden file has it', () => {
    const text = explained
      .map(({ name, reason, explanation }) =>
        formatExplanation(explanation, { program: name, reason }, plain),
      )
      .join('\n\n');
    golden(`explained-${version}.golden`, `${text}\n`);
  });
});

const logs = join(here, 'logs');

describe('logs as other tools print them', () => {
  const names = readdirSync(logs).filter((name) => name.endsWith('.log'));

  test('there are enough', () => expect(names.length).toBeGreaterThanOrEqual(25));

  test.each(names)('%s', (name) => {
    const text = readFileSync(join(logs, name), 'utf8');
    golden(
      `logs/${name.replace(/\.log$/, '.golden')}`,
      `${formatExplanation(explainLog(text), {}, plain)}\n`,
    );
  });
});
