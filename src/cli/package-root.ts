/** The folder of the installed bpfc, which holds the SDK beside the code. */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileError } from './files.ts';

/** Found from the script that runs: `dist/bpfc.js` when installed, `src/cli/main.ts` in development. */
export function packageRoot(): string {
  for (let at = dirname(realpathSync(process.argv[1] ?? '.')); ; at = dirname(at)) {
    const file = join(at, 'package.json');
    if (existsSync(file) && /"name":\s*"bpfc"/.test(readFileSync(file, 'utf8'))) return at;
    if (dirname(at) === at) throw new FileError('the folder that bpfc is installed in has no package.json');
  }
}
