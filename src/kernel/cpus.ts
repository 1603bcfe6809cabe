/** How many processors the kernel may ever have: per-CPU values have one copy for each. */

import { readFileSync } from 'node:fs';

let count: number | null = null;

/** From `0-3` or `0,2-5`: the highest number plus one. */
export function possibleCpus(): number {
  count ??= Math.max(
    ...readFileSync('/sys/devices/system/cpu/possible', 'utf8')
      .trim()
      .split(/[,-]/)
      .map((n) => Number(n) + 1),
  );
  return count;
}
