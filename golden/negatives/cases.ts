/**
 * The wrong programs of *.txt: Go that the compiler refuses, and what the kernel says of the same mistake.
 *
 *     == NAME | CODE | MESSAGE [| KERNELS]         the kernel refuses it too, for the reason of that row of messages.ts
 *     == NAME | CODE | map                         … before any program is loaded: it does not make the map
 *     == NAME | CODE | errno E                     … without a word, or by the loader's
 *     == NAME | CODE | assembly CASE               the compiler has no form for it: golden/explain/refused.txt tries it
 *     == NAME | CODE | accepted: REASON            the kernel takes it, and why the compiler does not
 *     == NAME | CODE | law: REASON                  there is nothing that the kernel could be given
 *     == NAME | abort | MESSAGE                    Go that is right; without the guard the kernel refuses it
 *     //bpf:attach xdp
 *     func F(ctx *bpf.XDP) bpf.XDPAction { …       // here
 *
 * CODE is a row of the diagnostic tables; `CODE + CODE` where one mistake breaks two rules. The package clause and the import of the SDK are left out. KERNELS: the
 * series that judge it in place of the running kernel. Comments mark lines: `// here` both errors, `// error` the
 * compiler's, `// kernel` the kernel's.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Code, codes } from '../../src/base/diagnostic.ts';
import type { CompileInput } from '../../src/compile.ts';
import { isMessage, type MessageName } from '../../src/explain/messages.ts';
import { type Forced, force } from './forced.ts';

export type Verdict =
  | { readonly kind: 'message'; readonly name: MessageName }
  | { readonly kind: 'map' }
  | { readonly kind: 'errno'; readonly errno: string }
  | { readonly kind: 'assembly'; readonly name: string }
  | { readonly kind: 'accepted' | 'law'; readonly reason: string };

export interface Negative {
  readonly name: string;
  /** The file that it stands in, without ending. */
  readonly group: string;
  /** The rule's error, and those that come with it; none: the program is right, and refused only without its guards. */
  readonly codes: readonly Code[];
  readonly verdict: Verdict;
  /** Kernel series that judge it; none: the running kernel. */
  readonly kernels: readonly string[];
  readonly source: CompileInput;
  /** 1-based lines that the two errors have to name; null where none is marked. */
  readonly errorLine: number | null;
  readonly kernelLine: number | null;
}

const here = import.meta.dirname;

export const groups: readonly string[] = readdirSync(here)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => name.slice(0, -'.txt'.length))
  .sort();

function verdictOf(name: string, text: string): Verdict {
  const [, kind, reason] = /^(accepted|law): (.*)$/.exec(text) ?? [];
  if (reason !== undefined) return { kind: kind === 'law' ? 'law' : 'accepted', reason };
  const errno = /^errno (.+)$/.exec(text)?.[1];
  if (errno !== undefined) return { kind: 'errno', errno };
  const assembly = /^assembly (\S+)$/.exec(text)?.[1];
  if (assembly !== undefined) return { kind: 'assembly', name: assembly };
  if (text === 'map') return { kind: 'map' };
  if (!isMessage(text)) throw new Error(`${name}: ${text} is no row of messages.ts`);
  return { kind: 'message', name: text };
}

const isCode = (text: string): text is Code => Object.hasOwn(codes, text);

function codesOf(name: string, text: string): readonly Code[] {
  if (text === 'abort') return [];
  return text.split(' + ').map((code) => {
    if (!isCode(code)) throw new Error(`${name}: ${code} is no diagnostic code`);
    return code;
  });
}

function program(lines: readonly string[]): string {
  const sdk = lines.some((line) => line.includes('bpf.')) ? 'import "bpfc/sdk/bpf"; ' : '';
  return [`package example; ${sdk}`.trimEnd(), ...lines, ''].join('\n');
}

function negative(group: string, text: string): Negative {
  const [head = '', ...body] = text.trimEnd().split('\n');
  const [name = '', code = '', verdict = '', kernels = ''] = head.split('|').map((word) => word.trim());
  const marked = (mark: RegExp): number | null => {
    const at = body.findIndex((line) => mark.test(line));
    return at < 0 ? null : at + 2;
  };
  return {
    name,
    group,
    codes: codesOf(name, code),
    verdict: verdictOf(name, verdict),
    kernels: kernels.split(' ').filter((word) => word !== ''),
    source: { files: [{ name: `${name}.go`, text: program(body) }] },
    errorLine: marked(/\/\/ (?:here|error)$/),
    kernelLine: marked(/\/\/ (?:here|kernel)$/),
  };
}

export function negatives(): readonly Negative[] {
  return groups.flatMap((group) =>
    readFileSync(join(here, `${group}.txt`), 'utf8')
      .split(/^== /m)
      .slice(1)
      .map((text) => negative(group, text)),
  );
}

/** Those that can be forced. */
export const forcible = (c: Negative): boolean => c.verdict.kind !== 'assembly' && c.verdict.kind !== 'law';

/** The program with its mistake, for the kernel. */
export function forced({ codes, source }: Negative): Forced {
  const tolerate = [...codes, ...codes.flatMap((code) => secondLine[code] ?? [])];
  return codes.length > 0
    ? force(source, { tolerate, guards: true })
    : force(source, { tolerate: ['perhaps-nil'], guards: false });
}

/** What a later check says where an earlier one has let something pass. */
const secondLine: Partial<Readonly<Record<Code, Code>>> = {
  'unsafe-too-large': 'unsafe-cast',
  'too-many-verbs': 'needs-kernel',
};
