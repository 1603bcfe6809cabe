/** Values per processor can be compared only where all runs of a program are on one. */

import { execFileSync } from 'node:child_process';

/** Keeps this process on the first processor from now on. */
export function stayOnOneProcessor(): void {
  execFileSync('taskset', ['-pc', '0', String(process.pid)], { stdio: 'ignore' });
}
