// The same unit test for vitest, in TypeScript. Run it with `npx vitest run filter.spec.ts`.
import { readFileSync } from 'node:fs';
import { createProgram, type Step } from 'bpfc/testing';
import { expect, test } from 'vitest';

const source = readFileSync(new URL('filter.go', import.meta.url), 'utf8');

/** An Ethernet frame with an IPv4 header and a UDP header. */
const udp = (port: number): string =>
  `${'00'.repeat(12)} 0800  45${'00'.repeat(8)} 11 ${'00'.repeat(10)} 1234 ${port.toString(16).padStart(4, '0')} 00000000`;

test('UDP to the port is dropped, everything is counted', () => {
  const filter = createProgram(source, { variables: { Drop: 53 } });
  filter.fill('Packets', [{ key: 17, value: 40 }]);
  expect(filter.run({ packet: udp(53) }).result).toBe(1);
  expect(filter.run({ packet: udp(54) }).result).toBe(2);
  expect(filter.map('Packets')).toEqual([{ key: 17, value: 42 }]);
});

test('step by step', () => {
  const steps: Step[] = [...createProgram(source).steps({ packet: '00' })];
  expect(steps.at(-1)).toMatchObject({ func: 'Filter', instruction: 'exit r0' });
  expect(steps.at(-1)?.registers[0]).toBe(2n);
});
