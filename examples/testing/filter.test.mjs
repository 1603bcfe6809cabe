// A unit test of an eBPF program: no kernel, no root. Run it with `node --test`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { createProgram } from 'bpfc/testing';

const source = readFileSync(new URL('filter.go', import.meta.url), 'utf8');

/** An Ethernet frame with an IPv4 header and a UDP header. */
const udp = (port) =>
  `${'00'.repeat(12)} 0800  45${'00'.repeat(8)} 11 ${'00'.repeat(10)} 1234 ${port.toString(16).padStart(4, '0')} 00000000`;

test('UDP to the port is dropped, everything is counted', () => {
  const filter = createProgram(source, { variables: { Drop: 53 } });
  filter.fill('Packets', [{ key: 17, value: 40 }]);
  assert.equal(filter.run({ packet: udp(53) }).result, 1);
  assert.equal(filter.run({ packet: udp(54) }).result, 2);
  assert.deepEqual(filter.map('Packets'), [{ key: 17, value: 42 }]);
});
