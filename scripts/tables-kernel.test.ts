/** The platform tables against the verifier of the running kernel: result ranges, context fields, helpers. */

import { describe, expect, it } from 'vitest';
import { type ContextField, contextRow, mayRead, mayWrite } from '../src/bpf/contexts.ts';
import { helperNames, helpers, helperVerdict } from '../src/bpf/helpers.ts';
import { parseKernel, supports } from '../src/bpf/kernels.ts';
import { type AttachKind, isAttachKind, programs } from '../src/bpf/programs.ts';
import { openSystem } from '../src/kernel/system.ts';
import { call, exit, hookIds, instruction, letter, load, setR0 } from './measure-helpers.ts';

const probe = await openSystem();
if (!probe.available) console.warn(`the tables are not compared with a kernel: ${probe.why}`);

describe.skipIf(!probe.available || process.arch !== 'x64')('the running kernel', () => {
  if (!probe.available) return;
  const { system } = probe;
  const kernel = parseKernel(system.release) ?? '';
  const hooks = hookIds();
  const kinds: readonly AttachKind[] = Object.keys(programs)
    .filter(isAttachKind)
    .filter((kind) => supports(kernel, programs[kind].since));
  const accepts = (kind: AttachKind, ...insns: readonly Uint8Array[]): boolean =>
    load(system, programs[kind], hooks.get(kind) ?? 0, insns) === null;
  const returns = (kind: AttachKind, value: bigint): boolean => accepts(kind, setR0(value), exit);
  const loadable = kinds.filter((kind) => returns(kind, programs[kind].defaultResult));

  it('loads at least the common kinds', () => {
    expect(loadable).toEqual(
      expect.arrayContaining(['socket', 'xdp', 'tc', 'tracepoint', 'cgroup/connect4']),
    );
  });

  it('accepts abort values and refuses results out of range', () => {
    const wrong: string[] = [];
    for (const kind of loadable) {
      const { abort, results } = programs[kind];
      if (!returns(kind, abort)) wrong.push(`${kind} refuses its abort value ${abort}`);
      if (results === null) continue;
      const [low, high] = results;
      if (!returns(kind, low) || !returns(kind, high)) wrong.push(`${kind} refuses ${low} or ${high}`);
      if (returns(kind, low - 1n) || returns(kind, high + 1n))
        wrong.push(`${kind} takes ${low - 1n} or ${high + 1n}`);
    }
    expect(wrong).toEqual([]);
  });

  it('lets programs read and write the context fields of the table', () => {
    const loads: Readonly<Record<number, number>> = { 1: 0x71, 2: 0x69, 4: 0x61, 8: 0x79 };
    const stores: Readonly<Record<number, number>> = { 1: 0x73, 2: 0x6b, 4: 0x63, 8: 0x7b };
    const wrong: string[] = [];
    for (const kind of loadable) {
      const row = programs[kind];
      const fields: readonly (readonly [string, ContextField])[] =
        row.context === null ? [] : Object.entries(contextRow(row.context)?.fields ?? {});
      for (const [name, field] of fields) {
        // The first of SockOps.Args is Reply under another name, which may be written.
        if (!supports(kernel, field.since ?? row.since) || name === 'Args') continue;
        const end = [setR0(row.defaultResult), exit];
        const reads = accepts(kind, instruction(loads[field.width] ?? 0, 0, [2, 1], field.offset), ...end);
        const store = instruction(stores[field.width] ?? 0, 0, [1, 3], field.offset);
        const writes = accepts(kind, instruction(0xb7, 1, [3, 0]), store, ...end);
        if (reads !== mayRead(field, row)) wrong.push(`${kind} ${name}: read ${reads}`);
        if (writes !== mayWrite(field, row)) wrong.push(`${kind} ${name}: write ${writes}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('lets programs call the helpers of the matrix', () => {
    // Refused under lockdown, or without their configuration switch.
    const switched = new Set(['probe_write_user', 'override_return']);
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const kind of loadable) {
      const row = programs[kind];
      if (seen.has(row.helpers) || (row.sleepable && row.type !== 'syscall')) continue;
      seen.add(row.helpers);
      for (const name of helperNames()) {
        if (switched.has(name)) continue;
        const verdict = helperVerdict(name, row.helpers);
        const log = load(system, row, hooks.get(kind) ?? 0, [
          call(helpers[name].id),
          setR0(row.defaultResult),
          exit,
        ]);
        const expected =
          !verdict.allowed || !supports(kernel, verdict.since) ? '.' : verdict.sleepable ? 's' : 'o';
        if (letter(log) !== expected) wrong.push(`${kind} ${name}: ${letter(log)}, not ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
