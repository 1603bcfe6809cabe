/** What the check of references accepts: deferred calls of a branch. What it refuses stands in golden/negatives. */

import { expect, test } from 'vitest';
import { compile } from '../src/compile.ts';

const compiled = (declarations: string, body: string) =>
  compile({
    files: [
      {
        name: 'f.go',
        text: `package f\n\nimport "bpfc/sdk/bpf"\n\n${declarations}\n\n//bpf:attach xdp\nfunc F(ctx *bpf.XDP) bpf.XDPAction {\n${body}\nreturn bpf.XDPPass\n}\n`,
      },
    ],
    options: { emit: 'object', paranoid: true },
  }).diagnostics.map((d) => d.code);

const stats =
  'type Stat struct {\n\tbpf.SpinLock\n\tN uint64\n}\n\nvar stats = bpf.Array[Stat]{MaxEntries: 4}';

test('a lock may be taken in a branch and unlocked by a deferred call there', () => {
  const locked = 'if s := stats.Lookup(0); s != nil {\n\ts.Lock()\n\tdefer s.Unlock()\n\ts.N++\n}';
  expect(compiled(stats, locked)).toEqual([]);
});

test('but not unlocked where it may not have been taken', () => {
  const late = 's := stats.Lookup(0)\nif s == nil {\n\treturn 1\n}\nif s.N > 3 {\n\ts.Lock()\n}\ns.Unlock()';
  expect(compiled(stats, late)).toContain('open-on-some-paths');
});

test('a record may be taken in a branch and submitted by a deferred call there', () => {
  const events = 'var events = bpf.RingBuf[uint64]{Size: 4096}';
  const reserved = 'if e := events.Reserve(); e != nil {\n\tdefer events.Submit(e)\n\t*e = 1\n}';
  expect(compiled(events, reserved)).toEqual([]);
});
