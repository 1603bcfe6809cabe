/**
 * What a test needs of the machine: `requires('kernel')` where a loaded program is needed, and so on.
 *
 *     test.skipIf(!(await requires('kernel')))('loads', …)
 *
 * Absent things skip the test loudly, by name. Under BPFC_REQUIRE_KERNEL=1, as in CI, they fail it.
 */

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSystem, type System } from '../src/kernel/system.ts';

const programs = {
  go: ['go'],
  gofmt: ['gofmt'],
  clang: ['clang-19', 'clang'],
  llvm: ['llvm-mc-19', 'llvm-mc'],
  bpftool: ['bpftool'],
  ip: ['ip'],
} as const;

export type Need = 'kernel' | 'root' | 'tracefs' | 'libbpf' | keyof typeof programs;

/** Where an executable lies, by the first of the names that PATH, then the usual folders, hold; null if nowhere. */
export function findProgram(names: readonly string[]): string | null {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/go/bin', '/usr/sbin', '/sbin'];
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return null;
}

/** The path of a tool that `requires` found. */
export function tool(need: keyof typeof programs): string {
  const path = findProgram(programs[need]);
  if (path === null) throw new Error(`${programs[need].join(' or ')} is not installed`);
  return path;
}

async function missing(need: Need): Promise<string | null> {
  switch (need) {
    case 'kernel': {
      const probe = await openSystem();
      return probe.available ? null : probe.why;
    }
    case 'root':
      return process.getuid?.() === 0 ? null : 'not root';
    case 'tracefs':
      return existsSync('/sys/kernel/tracing/events') ? null : 'mount -t tracefs none /sys/kernel/tracing';
    case 'libbpf':
      return findProgram(['cc']) !== null && existsSync('/usr/include/bpf/libbpf.h')
        ? null
        : 'libbpf-dev and a C compiler are not installed';
    case 'go':
    case 'gofmt':
    case 'clang':
    case 'llvm':
    case 'bpftool':
    case 'ip':
      return findProgram(programs[need]) === null ? `${programs[need].join(' or ')} is not installed` : null;
    default:
      return need satisfies never;
  }
}

/** Is everything there? What is missing is named on stderr; under BPFC_REQUIRE_KERNEL=1 it is an error. */
export async function requires(...needs: readonly Need[]): Promise<boolean> {
  const lacking: string[] = [];
  for (const need of needs) {
    const why = await missing(need);
    if (why !== null) lacking.push(`${need} (${why})`);
  }
  if (lacking.length === 0) return true;
  const message = `tests that need ${lacking.join(', ')}`;
  if (process.env.BPFC_REQUIRE_KERNEL === '1')
    throw new Error(`BPFC_REQUIRE_KERNEL=1, but skipped would be ${message}`);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return false;
}

/** The kernel of this machine, after `requires('kernel')` said yes. */
export async function kernelSystem(): Promise<System> {
  const probe = await openSystem();
  if (!probe.available) throw new Error(probe.why);
  return probe.system;
}
