import { expect, test } from 'vitest';
import { parseRule } from './expr.ts';
import { holds, prove, widthsOf } from './prove.ts';
import { ssaRules, weigh } from './ssa.ts';
import { loadZ3 } from './z3-algebra.ts';

test('rules have different names and make code lighter', () => {
  expect(new Set(ssaRules.map((r) => r.name)).size).toBe(ssaRules.length);
  for (const rule of ssaRules) expect(weigh(rule.rhs), rule.name).toBeLessThan(weigh(rule.lhs));
});

test('every rule has a width, those on any integer have both', () => {
  for (const rule of ssaRules) expect(widthsOf(rule).length, rule.name).toBeGreaterThan(0);
});

test('rules agree with their meaning on corner values', () => {
  const corners = [
    0n,
    1n,
    2n,
    7n,
    8n,
    31n,
    32n,
    255n,
    256n,
    0xffffn,
    1n << 31n,
    0xffff_ffffn,
    1n << 63n,
    -1n,
    -2n,
    -128n,
  ];
  for (const rule of ssaRules) {
    for (const widths of widthsOf(rule)) {
      const names = [...widths.keys()];
      for (let n = 0; n < corners.length ** Math.min(2, names.length); n++) {
        const values = new Map(
          names.map((name, i) => [name, corners[Math.floor(n / corners.length ** i) % corners.length]!]),
        );
        expect(holds(rule, widths, values), `${rule.name} ${[...values]}`).toBe(true);
      }
    }
  }
});

test('the solver proves every rule at 32 and 64 bits, and refutes a wrong one', async () => {
  const { z, close } = await loadZ3();
  try {
    const wrong = parseRule('wrong', '(ashr (shl $x C) C) => $x');
    expect(await prove(z, wrong)).toContain('wrong at');
    for (const rule of ssaRules) expect(await prove(z, rule), rule.name).toBeNull();
  } finally {
    close();
  }
}, 120_000);
