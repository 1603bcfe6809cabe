/**
 * Fills README's generated blocks: a comment `<!-- $ COMMAND -->` above a fenced block names the command whose output
 * the block shows. `npm run readme` rewrites them; a test (golden/readme.test.ts) fails when they are stale.
 *
 *     <!-- $ bpfc examples/hello.go --emit asm -->
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** stdout and stderr of one of the commands that README shows: `bpfc …` run from the sources. */
function output(command: string): string {
  const [program, ...words] = command.split(' ');
  if (program !== 'bpfc') throw new Error(`README runs bpfc only, not ${program}`);
  const done = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'src/cli/main.ts'), ...words], {
    cwd: root,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`${command}: ${done.stderr}`);
  return `${done.stdout}${done.stderr}`.trimEnd();
}

/** The text with every generated block brought up to date. */
export function refreshed(text: string): string {
  return text.replace(
    /(<!-- \$ (.+?) -->\n```\w*\n)[\s\S]*?(^```$)/gm,
    (_all, open: string, command: string, close: string) => `${open}${output(command)}\n${close}`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = join(root, 'README.md');
  writeFileSync(file, refreshed(readFileSync(file, 'utf8')));
}
