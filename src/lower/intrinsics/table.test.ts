/** Every declaration of the SDK has a row, or is in the list of those whose lowering needs more than a row. */

import { expect, test } from 'vitest';
import { sdkDeclarations, sdkNativeNames } from '../../check/gen/sdk.ts';
import { isLowered } from './table.ts';

/** They need addresses of the kernel's variables. */
const without = [/^Ksym\./];

test('declarations and rows agree', () => {
  const functions = Object.entries(sdkDeclarations).filter(([, text]) => text.startsWith('func'));
  const missing = functions
    .map(([name]) => name)
    .filter((name) => !sdkNativeNames.includes(name) && !isLowered(`bpf.${name}`))
    .filter((name) => !without.some((pattern) => pattern.test(name)));
  expect(missing).toEqual([]);
});
