/**
 * `run:` lines in the inputs of golden tests: what executing the program must give, whoever executes it.
 *
 *     // run: Main(a=1, b=2) = 3                      a syscall program: context {1, 2, result}, all 64 bits wide
 *     // run: Main(a=1, b=0) = 0 ret=-1               its return value too
 *     // run: Main ctx=01000000 => ret=0 ctx=02000000 the context's bytes
 *     // run: Main data=ffff… => ret=2 data=ffff…     a packet
 *     ; run: add(1, -2) = -1                          a function by itself, in .ir: arguments and result
 *     // run: Set(a=1) = 0 then Get(a=0) = 1          two calls on the same maps
 *     // run in eBPF: Main ctx=02 => ret=0            what Go cannot be asked: a bool that holds 2
 *
 * Every line runs on fresh maps. A run line is plain data: another machine can execute it.
 */

import { fromHex, toHex } from '../src/kernel/plan.ts';

export interface RunLine {
  /** As written, for messages. */
  readonly text: string;
  /** Program or function. */
  readonly name: string;
  readonly input:
    | { readonly kind: 'context' | 'data'; readonly hex: string }
    /** As 64-bit numbers in decimal. */
    | { readonly kind: 'call'; readonly args: readonly string[] };
  readonly expected: {
    /** Low 32 bits of a program's return value, unsigned. */
    readonly ret: number | null;
    /** The last eight bytes of the context, or a function's result, as an unsigned number in decimal. */
    readonly result: string | null;
    readonly context: string | null;
    readonly data: string | null;
  };
  /** What is called afterwards, on the same maps. */
  readonly then?: RunLine;
  /** Not for native Go. */
  readonly onlyHere?: boolean;
}

/** What an execution gave; null for what it cannot tell. */
export interface Outcome {
  readonly ret: bigint | null;
  readonly result: bigint | null;
  readonly context: Uint8Array | null;
  readonly data: Uint8Array | null;
}

const number = (text: string): bigint =>
  BigInt.asUintN(64, text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text));

function littleEndian(values: readonly bigint[]): Uint8Array {
  return new Uint8Array(new BigUint64Array(values).buffer);
}

function parseExpectation(text: string): Pick<RunLine['expected'], 'ret' | 'context' | 'data'> | null {
  const found = new Map<string, string>();
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const match = /^(ret|ctx|data)=(\S+)$/.exec(word);
    if (match === null) return null;
    found.set(match[1] ?? '', match[2] ?? '');
  }
  const ret = found.get('ret');
  return {
    ret: ret === undefined ? null : Number(BigInt.asUintN(32, number(ret))),
    context: found.get('ctx') ?? null,
    data: found.get('data') ?? null,
  };
}

function parseCall(name: string, text: string, list: string, result: string, rest: string): RunLine | null {
  const expected = parseExpectation(rest);
  if (expected === null) return null;
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const named = words.every((word) => word.includes('='));
  const values = words.map((word) => number(word.slice(word.indexOf('=') + 1)));
  const input =
    named && words.length > 0
      ? ({ kind: 'context', hex: toHex(littleEndian([...values, 0n])) } as const)
      : ({ kind: 'call', args: values.map(String) } as const);
  return { text, name, input, expected: { ...expected, result: String(number(result)) } };
}

function parseLine(text: string): RunLine | null {
  const call = /^(\w[\w.]*)\(([^)]*)\)\s*=\s*(-?\w+)(.*)$/.exec(text);
  if (call !== null) return parseCall(call[1] ?? '', text, call[2] ?? '', call[3] ?? '', call[4] ?? '');
  const bytes = /^(\w[\w.]*)\s+(ctx|data)=([0-9a-f]*)\s*=>(.*)$/.exec(text);
  const expected = bytes === null ? null : parseExpectation(bytes[4] ?? '');
  if (bytes === null || expected === null) return null;
  const kind = bytes[2] === 'ctx' ? 'context' : 'data';
  return {
    text,
    name: bytes[1] ?? '',
    input: { kind, hex: bytes[3] ?? '' },
    expected: { ...expected, result: null },
  };
}

function parseSteps(texts: readonly string[]): RunLine | null {
  const [text = '', ...more] = texts;
  const line = parseLine(text);
  if (more.length === 0) return line;
  const then = parseSteps(more);
  return line === null || then === null ? null : { ...line, text: texts.join(' then '), then };
}

/** All run lines of a file; one that cannot be read throws. */
export function runLines(source: string): readonly RunLine[] {
  return [...source.matchAll(/^(?:\/\/|;)\s*run( in eBPF)?:\s*(.*)$/gm)].map((match) => {
    const text = (match[2] ?? '').trim();
    try {
      const line = parseSteps(text.split(/\s+then\s+/));
      if (line !== null) return match[1] === undefined ? line : { ...line, onlyHere: true };
    } catch {
      // A number that is none.
    }
    throw new Error(`cannot read the run line '${text}'`);
  });
}

/** The calls of a line, in order. */
export function stepsOf(line: RunLine): readonly RunLine[] {
  return line.then === undefined ? [line] : [line, ...stepsOf(line.then)];
}

/** What a line's first call that goes wrong gives, by an executor that keeps its maps; null: all are as they say. */
export function failureOf(line: RunLine, execute: (step: RunLine) => Outcome | string): string | null {
  for (const step of stepsOf(line)) {
    const outcome = execute(step);
    const difference = typeof outcome === 'string' ? outcome : mismatch(step, outcome);
    if (difference !== null) return `${line.text}: ${step === line ? '' : `${step.name}: `}${difference}`;
  }
  return null;
}

/** The 64-bit number at the end of a context, where `Result` stands. */
export function resultOf(context: Uint8Array): bigint | null {
  if (context.length < 8) return null;
  return new DataView(context.buffer, context.byteOffset + context.length - 8, 8).getBigUint64(0, true);
}

/** How an outcome differs from what the line says; null if it does not. */
export function mismatch(line: RunLine, outcome: Outcome): string | null {
  const { expected } = line;
  const differences: string[] = [];
  const compare = (what: string, want: string | number | null, got: string | number | null): void => {
    if (want !== null && got !== null && want !== got)
      differences.push(`${what} is ${got}, expected ${want}`);
  };
  const signed = (value: bigint): string => `${value} (${BigInt.asIntN(64, value)})`;
  const result = outcome.result ?? (outcome.context === null ? null : resultOf(outcome.context));
  compare(
    'the result',
    expected.result === null ? null : signed(BigInt(expected.result)),
    result === null ? null : signed(BigInt.asUintN(64, result)),
  );
  compare('ret', expected.ret, outcome.ret === null ? null : Number(BigInt.asUintN(32, outcome.ret)));
  compare('the context', expected.context, outcome.context === null ? null : toHex(outcome.context));
  compare('the packet', expected.data, outcome.data === null ? null : toHex(outcome.data));
  return differences.length === 0 ? null : differences.join('; ');
}

/** The bytes of a line's context or packet. */
export function inputBytes(line: RunLine): Uint8Array {
  return line.input.kind === 'call' ? new Uint8Array(0) : fromHex(line.input.hex);
}
