/**
 * Generated libraries attach their programs, in a network namespace, and the kernel runs them: classifiers by link and,
 * as before Linux 6.6, by rtnetlink; one program of many kinds; a congestion control.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gather } from '../../src/cli/sources.ts';
import { compile } from '../../src/compile.ts';
import { describeErrors } from '../compiled.ts';
import { goFolder } from '../go-tool.ts';
import { requires } from '../requires.ts';

const ready = await requires('go', 'root', 'kernel', 'ip');
const objects = join(import.meta.dirname, 'objects');

/** The C library of this process. */
const libc = (): string =>
  /\s(\/\S*\/libc\.so\.6)$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[1] ?? '';

test.skipIf(!ready).each([
  { name: 'classifier', tests: ['TestAttach', 'TestClsact'] },
  { name: 'kinds', tests: ['TestKinds'] },
  { name: 'congestion', tests: ['TestCongestion'] },
])(
  '$name',
  ({ name, tests }) => {
    const result = compile({
      ...gather([join(objects, `${name}.go`)]),
      options: { emit: 'go', goPackage: name, targetKernel: '6.12' },
    });
    if (typeof result.artifact !== 'string') throw new Error(describeErrors(result));
    const folder = goFolder(name);
    try {
      folder.write(`${name}.go`, result.artifact);
      folder.write(`${name}_test.go`, readFileSync(join(objects, `${name}_test.go.txt`), 'utf8'));
      expect(folder.gofmt(result.artifact)).toBe(result.artifact);
      folder.go('vet', '.');
      folder.go('test', '-c', '-o', 'tests', '.');
      const output = execFileSync('unshare', ['-n', 'sh', '-c', 'ip link set lo up && ./tests -test.v'], {
        cwd: folder.dir,
        encoding: 'utf8',
        env: { ...process.env, LIBC: libc() },
      });
      for (const one of tests) expect(output).toMatch(new RegExp(`--- PASS: ${one}`));
    } finally {
      folder.remove();
    }
  },
  120_000,
);
