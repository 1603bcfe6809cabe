/**
 * A generated command from the outside: flags set its configuration, ring buffer and perf events arrive decoded, maps
 * are printed at the end, a function of a library is probed.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gather } from '../../src/cli/sources.ts';
import { compile } from '../../src/compile.ts';
import { describeErrors } from '../compiled.ts';
import { type GoFolder, goFolder } from '../go-tool.ts';
import { requires } from '../requires.ts';

const ready = await requires('go', 'root', 'kernel', 'tracefs');

/** The C library of this process. */
function libc(): string {
  const path = /\s(\/\S*\/libc\.so\.6)$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[1];
  if (path === undefined) throw new Error('this process has no C library');
  return path;
}

describe.skipIf(!ready)('a generated command', () => {
  let folder: GoFolder;

  beforeAll(() => {
    folder = goFolder('events');
    const result = compile({
      ...gather([join(import.meta.dirname, 'objects/events.go')]),
      options: { emit: 'go' },
    });
    if (typeof result.artifact !== 'string') throw new Error(describeErrors(result));
    folder.write('main.go', result.artifact);
    expect(folder.gofmt(result.artifact)).toBe(result.artifact);
    folder.go('vet', '.');
    folder.go('build');
  }, 120_000);

  afterAll(() => folder.remove());

  /** Runs it while this process opens files, until `enough`; then interrupts it. */
  async function run(words: readonly string[], enough: (output: string) => boolean) {
    const child = spawn(join(folder.dir, 'events'), words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit');
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk;
    });
    const opening = setInterval(() => {
      readFileSync('/proc/self/status');
      if (enough(out)) child.kill('SIGINT');
    }, 50);
    const patience = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const [code] = (await exited) as [number | null];
    clearInterval(opening);
    clearTimeout(patience);
    return { out, err, code };
  }

  test('flags, events, maps, a probe of a library', async () => {
    const words = ['-Wanted', String(process.pid), '-Name', 'me', '-binary', libc(), '-dump'];
    const { out, err, code } = await run(words, (text) => /^opens/m.test(text) && /^samples/m.test(text));
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toMatch(new RegExp(`^opens: PID=${process.pid} Comm="me" Flags=\\d+$`, 'm'));
    expect(out).toMatch(new RegExp(`^samples: TGID=${process.pid}$`, 'm'));
    expect(out).toMatch(new RegExp(`^totals\\[TGID=${process.pid}\\] = [1-9]`, 'm'));
    expect(out).toMatch(/^mallocs\[0\] = [1-9]/m);
  }, 30_000);

  test('values that do not fit, and needs that are not met, are told', async () => {
    const wide = await run(['-Wanted', '4294967296'], () => false);
    expect([wide.code, wide.err]).toEqual([2, expect.stringMatching(/value out of range/)]);
    const long = await run(['-Name', 'seventeen letters'], () => false);
    expect([long.code, long.err]).toEqual([2, expect.stringMatching(/longer than 16 bytes/)]);
    const unmet = await run([], () => false);
    expect([unmet.code, unmet.err]).toEqual([1, expect.stringMatching(/choose one with -binary/)]);
  }, 30_000);
});
