import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { archive, file, folder, link } from './cpio.ts';
import { commandScript, initScript, quote, runScript } from './guest.ts';

test('records of an archive are aligned and end with the trailer', () => {
  const bytes = archive([folder('bin'), file('bin/x', 'hello'), link('bin/y', 'x')]);
  expect(bytes.length % 4).toBe(0);
  const names: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes.toString('latin1', at, at + 6)).toBe('070701');
    const field = (index: number): number =>
      Number.parseInt(bytes.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [size, nameSize] = [field(6), field(11)];
    names.push(bytes.toString('latin1', at + 110, at + 109 + nameSize));
    const data = (at + 110 + nameSize + 3) & ~3;
    if (names.at(-1) === 'bin/x') expect(bytes.toString('latin1', data, data + size)).toBe('hello');
    at = (data + size + 3) & ~3;
  }
  expect(names).toEqual(['bin', 'bin/x', 'bin/y', 'TRAILER!!!']);
});

test('words survive the shell', () => {
  const word = `it's $HOME "and" \\n *`;
  expect(execFileSync('/bin/sh', ['-c', `printf %s ${quote(word)}`], { encoding: 'utf8' })).toBe(word);
});

test('the scripts are shell', () => {
  const options = {
    command: ['sh', '-c', "echo 'x'"],
    share: "/srv/it's shared",
    cwd: '/',
    env: { PATH: '/bin' },
    modules: '/var/cache/lib/modules/6.1',
    version: '6.1',
  };
  for (const script of [initScript, runScript, commandScript]) {
    execFileSync('/bin/sh', ['-n'], { input: script(options) });
    execFileSync('/bin/sh', ['-n'], { input: script({ ...options, share: null }) });
  }
});
