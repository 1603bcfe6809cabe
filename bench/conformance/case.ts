/** One file of the conformance suite: program, memory, what R0 must be. */

import { must } from '../../src/base/assert.ts';
import { Diagnostics } from '../../src/base/diagnostic.ts';
import { decode } from '../../src/bpf/decode.ts';
import { testHelpers } from '../../src/model/helpers/helpers.ts';
import { createVm } from '../../src/vm/machine.ts';
import { assemble } from './assemble.ts';

export interface Case {
  readonly name: string;
  readonly code: Uint8Array;
  readonly memory: Uint8Array;
  /** null: the program has to be refused. */
  readonly result: bigint | null;
}

export type CaseResult =
  | { readonly kind: 'passed' }
  /** It is no valid bytecode, and the machine says so. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

function sections(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let current = '';
  for (const line of text.split(/\r?\n/)) {
    const heading = /^--\s*(.*?)\s*$/.exec(line);
    if (heading !== null) current = heading[1] ?? '';
    else found.set(current, `${found.get(current) ?? ''}${line.replace(/#.*/, '')}\n`);
  }
  return found;
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean);

/** A program as 64-bit numbers, one a slot. */
const rawCode = (text: string): Uint8Array =>
  new Uint8Array(BigUint64Array.from(words(text).map(BigInt)).buffer);

/** null: the file describes no program (it only documents). */
export function readCase(name: string, text: string): Case | null {
  const parts = sections(text);
  const [raw, asm] = [parts.get('raw'), parts.get('asm')];
  const result = words(parts.get('result') ?? '').at(-1);
  const error = words(parts.get('error') ?? '').length > 0;
  if ((raw === undefined && asm === undefined) || (result === undefined && !error)) return null;
  return {
    name,
    code: raw === undefined ? assemble(asm ?? '') : rawCode(raw),
    memory: Uint8Array.from(words(parts.get('mem') ?? ''), (byte) => Number.parseInt(byte, 16)),
    result: result === undefined ? null : BigInt.asUintN(64, BigInt(result)),
  };
}

/** R1 is the memory, R2 its length. */
export function runCase({ code, memory, result }: Case): CaseResult {
  const diagnostics = new Diagnostics();
  const program = decode(code, { endian: 'little' }, diagnostics);
  const judged = (why: string): CaseResult =>
    result === null ? { kind: 'passed' } : { kind: 'refused', why };
  if (program === null) return judged(must(diagnostics.list[0], 'a reason').message);
  const vm = createVm({
    funcs: program.funcs,
    module: { maps: [], globals: [] },
    helpers: testHelpers({ log: [] }),
  });
  const at = memory.length === 0 ? 0n : vm.memory.allocate('memory', memory);
  const outcome = vm.run('main', [at, BigInt(memory.length)]);
  if (outcome.kind === 'fault') return judged(outcome.message);
  if (result === outcome.value) return { kind: 'passed' };
  const want = result === null ? 'a refusal' : `0x${result.toString(16)}`;
  return { kind: 'failed', why: `gave 0x${outcome.value.toString(16)} instead of ${want}` };
}
