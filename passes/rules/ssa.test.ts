import { expect, test } from 'vitest';
import { holds, widthsOf } from './prove.ts';
import { ssaRules, weigh } from './ssa.ts';

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
