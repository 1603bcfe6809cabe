import { expect, test } from 'vitest';
import { kernelSystem, requires } from '../../golden/requires.ts';
import { programRow, programs } from '../../src/bpf/programs.ts';
import { objectOf } from './program.ts';
import { routes } from './table.ts';
import { prepareMachine, visit } from './visit.ts';

const present = await requires('kernel', 'tracefs', 'ip');

test('every route has a program', () => {
  const wrong = routes.flatMap((route) => {
    const object = objectOf(route);
    return typeof object === 'string' ? [`${route.section}: ${object}`] : [];
  });
  expect(wrong).toEqual([]);
});

/** Kinds that run attaches nowhere, or that are another test's. */
const elsewhere: readonly string[] = [
  'none',
  'usdt',
  'lwt',
  'lirc',
  'xdp-map',
  'struct_ops',
  'freplace',
  // It needs a device that the tools of Debian 12 cannot make.
  'netkit',
];

test('every kind of attaching is tried somewhere', () => {
  const known = new Set(Object.values(programs).map((row) => row.link));
  const tried = new Set(routes.flatMap(({ section }) => programRow(section)?.row.link ?? []));
  expect([...known].filter((link) => !tried.has(link) && !elsewhere.includes(link))).toEqual([]);
});

test.skipIf(!present)('the routes of this kernel', { timeout: 120_000 }, async () => {
  const system = await kernelSystem();
  prepareMachine();
  const failed: string[] = [];
  for (const route of routes.filter((r) => r.kernel === 'host')) {
    const object = objectOf(route);
    const why = typeof object === 'string' ? object : await visit(system, route, object);
    if (why !== null) failed.push(`${route.section}: ${why}`);
  }
  expect(failed).toEqual([]);
});
