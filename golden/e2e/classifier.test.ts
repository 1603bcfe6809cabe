/** A generated library attaches classifiers, by link and, as before Linux 6.6, by rtnetlink; in a network namespace. */

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

test.skipIf(!ready)(
  'packets are counted until the end',
  () => {
    const result = compile({
      ...gather([join(objects, 'classifier.go')]),
      options: { emit: 'go', goPackage: 'classifier' },
    });
    if (typeof result.artifact !== 'string') throw new Error(describeErrors(result));
    const folder = goFolder('classifier');
    try {
      folder.write('classifier.go', result.artifact);
      folder.write('classifier_test.go', readFileSync(join(objects, 'classifier_test.go.txt'), 'utf8'));
      folder.go('vet', '.');
      folder.go('test', '-c', '-o', 'tests', '.');
      const script = 'ip link set lo up && ./tests -test.v';
      const output = execFileSync('unshare', ['-n', 'sh', '-c', script], {
        cwd: folder.dir,
        encoding: 'utf8',
      });
      expect(output).toMatch(/--- PASS: TestAttach/);
      expect(output).toMatch(/--- PASS: TestClsact/);
    } finally {
      folder.remove();
    }
  },
  120_000,
);
