/**
 * Result ranges and abort values of the program table against the running kernel.
 *
 *     cgroup/recvmsg4 takes 0      lsm refuses its abort value -1
 */

import { supports } from '../../src/bpf/kernels.ts';
import { type AttachKind, programs, resultsFor } from '../../src/bpf/programs.ts';
import { exit, instruction, type Probe, setR0 } from './probe.ts';

/** A number of which the verifier knows nothing: the low half of the time. */
const unknown = [instruction(0x85, 5), instruction(0xbc, 0, [0, 0])];

const far = [-(2n ** 31n), -4096n, -1n, 0n, 1n, 2n, 3n, 4n, 255n, 2n ** 31n - 1n];

/** Types whose range only newer kernels enforce; the table has it for all, so that a program means the same. */
const enforcedSince: Readonly<Record<string, string>> = { lsm: '6.12' };

function differencesOf(probe: Probe, kind: AttachKind): string[] {
  const { abort, type } = programs[kind];
  const results = resultsFor(programs[kind], probe.kernel);
  const wrong: string[] = [];
  const returns = (value: bigint): boolean => probe.accepts(kind, setR0(value), exit);
  if (!returns(abort)) wrong.push(`${kind} refuses its abort value ${abort}`);
  if (results === null) {
    for (const value of far) if (!returns(value)) wrong.push(`${kind} refuses ${value}`);
    if (!probe.accepts(kind, ...unknown, exit)) wrong.push(`${kind} refuses an unknown number`);
    return wrong;
  }
  const [low, high] = results;
  for (const value of [low, high]) if (!returns(value)) wrong.push(`${kind} refuses ${value}`);
  if (!supports(probe.kernel, enforcedSince[type] ?? probe.kernel)) return wrong;
  for (const value of [low - 1n, high + 1n]) if (returns(value)) wrong.push(`${kind} takes ${value}`);
  return wrong;
}

export function resultDifferences(probe: Probe): readonly string[] {
  return probe.loadable.flatMap((kind) => differencesOf(probe, kind));
}
