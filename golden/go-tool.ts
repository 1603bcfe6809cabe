/**
 * The Go tool chain, for tests: a folder with a module that has cilium/ebpf, in which files are formatted, vetted and
 * run. The module cache is Go's own, so that only the first run on a machine downloads.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from './requires.ts';

export interface GoFolder {
  readonly dir: string;
  readonly write: (name: string, text: string) => void;
  /** Runs `go …` there; its stdout. Throws with stderr when it fails. */
  readonly go: (...args: readonly string[]) => string;
  /** What gofmt makes of a text. */
  readonly gofmt: (text: string) => string;
  readonly remove: () => void;
}

export function goFolder(module: string): GoFolder {
  const dir = mkdtempSync(join(tmpdir(), 'bpfc-go-'));
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
  const go = (...args: readonly string[]): string =>
    execFileSync(tool('go'), args, { cwd: dir, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const gofmt = (text: string): string =>
    execFileSync(join(go('env', 'GOROOT').trim(), 'bin', 'gofmt'), [], { input: text, encoding: 'utf8' });
  go('mod', 'init', module);
  go('get', 'github.com/cilium/ebpf@v0.22.0');
  return {
    dir,
    write: (name, text) => writeFileSync(join(dir, name), text),
    go,
    gofmt,
    remove: () => rmSync(dir, { recursive: true }),
  };
}
