import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { refreshed, root } from '../scripts/readme.ts';

it("README's generated blocks are what the commands print (npm run readme)", () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  expect(refreshed(text)).toBe(text);
});
