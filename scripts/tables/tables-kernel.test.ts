/** The platform tables against the verifier of the running kernel: context fields, result ranges, helpers. */

import { describe, expect, it } from 'vitest';
import { requires } from '../../golden/requires.ts';
import { openSystem } from '../../src/kernel/system.ts';
import { contextDifferences } from './contexts.ts';
import { helperDifferences } from './helpers.ts';
import { openProbe, type Probe } from './probe.ts';
import { resultDifferences } from './results.ts';

const opened = (await requires('kernel')) ? await openSystem() : null;
const probe: Probe | null =
  opened?.available === true && process.arch === 'x64' ? openProbe(opened.system) : null;

describe.skipIf(probe === null)('the running kernel', () => {
  if (probe === null) return;

  it('loads at least the common kinds', () => {
    expect(probe.loadable).toEqual(
      expect.arrayContaining(['socket', 'xdp', 'tc', 'tracepoint', 'cgroup/connect4']),
    );
  });

  it('accepts abort values and refuses results out of range', () => {
    expect(resultDifferences(probe)).toEqual([]);
  });

  it('lets programs read and write the context fields of the table, at their widths', () => {
    expect(contextDifferences(probe, 'every access')).toEqual([]);
  });

  it('lets programs call the helpers of the matrix', () => {
    expect(helperDifferences(probe)).toEqual([]);
  });
});
