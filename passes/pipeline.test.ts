import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { observe } from '../src/ir/observe.ts';
import { randomModule } from '../src/ir/random.ts';
import { orderConstraints, passesByName, pipeline } from './pipeline.ts';
import { runPasses, runPipeline, selectPasses } from './run.ts';
import { moduleOf, testContext } from './test-support.ts';

test('a pass is named as its file', () => {
  for (const [name, pass] of passesByName) {
    expect(pass.name).toBe(name);
    expect(existsSync(new URL(`./${name}.ts`, import.meta.url)), name).toBe(true);
    expect(pass.doc).not.toBe('');
  }
});

test('the order constraints hold, and name passes that exist', () => {
  const names = pipeline.map((s) => s.pass.name);
  for (const { before, after, reason } of orderConstraints) {
    expect(names).toContain(before);
    expect(names).toContain(after);
    expect(names.lastIndexOf(before), `${before} before ${after}: ${reason}`).toBeLessThan(
      names.indexOf(after),
    );
  }
});

test('every level leads from SSA to code', () => {
  for (const opt of ['0', '2', 's'] as const) {
    let form = 'ssa';
    for (const pass of selectPasses(testContext({ opt }))) {
      expect(pass.from, `${pass.name} at -O${opt}`).toBe(form);
      form = pass.to;
    }
    expect(form).toBe('code');
  }
});

const module = moduleOf(`func @f(v0: i32) -> i32 {
b0:
  v1: i32 = add v0, v0
  return v0
}
`);

test('the runner stops where it is told, and tells what changed', () => {
  const seen: string[] = [];
  const result = runPipeline(module, testContext(), {
    passes: ['mem2reg', 'dce', 'copy-prop'],
    stopAfter: 'dce',
    paranoid: true,
    onAfterPass: (pass, formed) => seen.push(`${pass} ${formed.form}`),
  });
  expect(seen).toEqual(['mem2reg ssa', 'dce ssa']);
  expect(result.timings.map((t) => [t.pass, t.changed])).toEqual([
    ['mem2reg', false],
    ['dce', true],
  ]);
});

test('a crash and a malformed result name the pass', () => {
  const bad = { name: 'bad', doc: 'breaks', from: 'ssa', to: 'ssa' } as const;
  const crash = {
    ...bad,
    run: () => {
      throw new Error('boom');
    },
  };
  const start = { form: 'ssa', value: module } as const;
  expect(() => runPasses(start, [crash], testContext())).toThrow('pass bad: boom');
  const malform = { ...bad, run: () => ({ ...module, funcs: [{ ...module.funcs[0]!, nextValue: 0 }] }) };
  expect(() => runPasses(start, [malform], testContext(), { paranoid: true })).toThrow(
    'pass bad: malformed SSA: @f b0: v0',
  );
});

test('the SSA part of the pipeline preserves random programs at every level, verified after every pass', () => {
  for (let seed = 0; seed < 240; seed++) {
    const opt = (['0', '2', 's'] as const)[seed % 3]!;
    const endian = seed % 2 === 0 ? 'little' : 'big';
    const before = randomModule(seed + 5000);
    const context = testContext({ opt, endian });
    const passes = selectPasses(context).filter((p) => p.from === 'ssa' && p.to === 'ssa');
    const after = runPasses({ form: 'ssa', value: before }, passes, context, { paranoid: true });
    if (after.form !== 'ssa') throw new Error('left SSA');
    const expected = observe(before, 'main', [BigInt(seed)], endian);
    if (expected.complete)
      expect(observe(after.value, 'main', [BigInt(seed)], endian).text, `seed ${seed + 5000}`).toBe(
        expected.text,
      );
  }
});
