/**
 * Packages that are known by declaration text: the SDK and the parts of Go's standard library that eBPF programs use.
 *
 *     { 'math/bits': { Len64: 'func Len64(x uint64) int', … } }
 *
 * One Go declaration a name, methods as `Type.Method`. A function without body is compiled by its row in the
 * lowering tables; one with a body is compiled as Go.
 */

import { sdkDeclarations } from './gen/sdk.ts';
import { atomicDeclarations, binaryDeclarations, bitsDeclarations } from './std.ts';
import { sdkPath } from './types.ts';

/** By canonical import path; the texts are made when the package is first imported. */
export const declarationPackages: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  [sdkPath]: () => sdkDeclarations,
  'math/bits': bitsDeclarations,
  'encoding/binary': binaryDeclarations,
  'sync/atomic': atomicDeclarations,
  unsafe: () => ({}),
};
