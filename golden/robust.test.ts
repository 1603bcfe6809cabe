/**
 * Damaged sources, objects, logs and texts: whatever bytes a command reads, it ends with a result or an error that is
 * meant for the user, never with an exception of another kind. The damage depends on seeds alone.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Random, randomFrom } from '../bench/fuzz/random.ts';
import { parseForm } from '../passes/forms.ts';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { plain } from '../src/base/format.ts';
import { sourceFile } from '../src/base/source.ts';
import { decode } from '../src/bpf/decode.ts';
import { compile } from '../src/compile.ts';
import { assembleText } from '../src/emit/asm.ts';
import { disassembleObject } from '../src/emit/disassemble.ts';
import { explainLog } from '../src/explain/explain.ts';
import { formatExplanation } from '../src/explain/format.ts';
import { readBpfObject } from '../src/object/bpf-object.ts';
import { MalformedError } from '../src/object/bytes.ts';
import { entriesFromJson, entriesToJson, shapesOf } from '../src/object/object-shapes.ts';
import { type Json, ShapeError } from '../src/object/shape.ts';
import { RunFault } from '../src/testing/session.ts';
import { vmSession } from '../src/testing/vm-session.ts';

const seeds = Array.from({ length: 60 }, (_, seed) => seed);
const goFiles = [
  'examples/hello.go',
  'golden/programs/ringrecords.go',
  'golden/programs/structkey.go',
  'bench/programs/xdp2.go',
];
const sources = goFiles.map((path) => readFileSync(path, 'utf8'));
const irs = ['switches', 'structkey'].map((name) =>
  readFileSync(`golden/programs/${name}.lower.golden`, 'utf8'),
);
const logs = readdirSync('golden/explain/logs')
  .filter((name) => name.endsWith('.log'))
  .map((name) => readFileSync(`golden/explain/logs/${name}`, 'utf8'));
const objects: Uint8Array[] = [];
const assembly: string[] = [];

beforeAll(() => {
  for (const text of sources) {
    const made = (emit: 'object' | 'asm') =>
      compile({ files: [{ name: 'a.go', text }], options: { emit, targetKernel: '6.12' } }).artifact;
    const [object, asm] = [made('object'), made('asm')];
    if (object instanceof Uint8Array) objects.push(object);
    if (typeof asm === 'string') assembly.push(asm);
  }
  expect([objects.length, assembly.length].every((n) => n >= 3)).toBe(true);
});

const odd = [
  '{',
  '}',
  '(',
  ']',
  '"',
  '`',
  "'",
  '\\',
  '0x',
  '/*',
  '//',
  '\0',
  'é',
  '\u2028',
  '1e9',
  '<<',
  '...',
  '%',
  '\n',
];

/** A few places cut, doubled, exchanged or filled with something odd. */
function damagedText(random: Random, text: string): string {
  let out = text;
  for (let left = 1 + random.below(5); left > 0; left--) {
    const at = random.below(out.length + 1);
    const [before, after] = [out.slice(0, at), out.slice(at)];
    const from = random.below(out.length + 1);
    const piece = out.slice(from, from + random.below(60));
    out = random.pick([
      before + after.slice(random.below(20)),
      before + piece + after,
      before + random.pick(odd) + after,
      before,
    ]);
  }
  return out;
}

function damagedBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  for (let left = 1 + random.below(6); left > 0; left--) {
    const at = random.below(out.length);
    out.fill(random.pick([0, 0xff, random.below(256)]), at, at + random.pick([1, 1, 2, 4, 8]));
  }
  return random.chance(0.2) ? out.subarray(0, random.below(out.length)) : out;
}

const meant = (error: unknown): boolean =>
  error instanceof MalformedError || error instanceof ShapeError || error instanceof RunFault;

/** Runs what may refuse its input in a way that the commands show. */
function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!meant(error)) throw error;
  }
}

const readers: Readonly<Record<string, (random: Random) => void>> = {
  source(random) {
    const text = damagedText(random, random.pick(sources));
    const emit = random.pick(['go', 'object', 'listing', 'asm', 'hex'] as const);
    compile({ files: [{ name: 'a.go', text }], options: { emit } });
  },
  object(random) {
    const bytes = damagedBytes(random, random.pick(objects));
    attempt(() => disassembleObject(bytes, new Diagnostics()));
    attempt(() => {
      const object = readBpfObject(bytes);
      const shapes = shapesOf(object);
      const session = vmSession(object, shapes, { fuel: 10_000 });
      for (const { name } of object.programs)
        attempt(() => session.run(name, { packet: new Uint8Array(64) }));
      for (const [name, shape] of shapes.maps)
        attempt(() => entriesToJson(shape, session.entries(name).slice(0, 100)));
      for (const name of shapes.variables.keys()) session.readVariable(name);
    });
  },
  bytecode(random) {
    const bytes = Uint8Array.from({ length: random.below(200) }, () => random.below(256));
    decode(bytes, { endian: random.pick(['little', 'big']) }, new Diagnostics());
  },
  log(random) {
    const text = damagedText(random, random.pick(logs));
    formatExplanation(explainLog(text), {}, plain);
  },
  assembly(random) {
    assembleText(
      sourceFile(0, 'a.s', damagedText(random, random.pick(assembly))),
      'little',
      new Diagnostics(),
    );
  },
  ir(random) {
    parseForm(sourceFile(0, 'a.ir', damagedText(random, random.pick(irs))), 'ir', new Diagnostics());
  },
  json(random) {
    const shapes = shapesOf(readBpfObject(random.pick(objects)));
    const texts = [
      'null',
      'true',
      '-1',
      '1.5',
      '1e300',
      '"x"',
      '"99"',
      '[]',
      '{}',
      '[[1,2]]',
      '[{"key":1}]',
      '{"1":2}',
    ];
    const value = (): Json => JSON.parse(random.pick(texts));
    for (const [name, shape] of shapes.maps) {
      attempt(() => void entriesFromJson(shape, value(), name));
      attempt(() => void entriesFromJson(shape, [value(), { key: value(), value: value() }], name));
    }
  },
};

describe.each(Object.entries(readers))('%s', (kind, read) => {
  test('ends as it should', () => {
    const failed = seeds.flatMap((seed) => {
      try {
        read(randomFrom(seed * 31 + kind.length));
        return [];
      } catch (error) {
        const told = error instanceof Error ? error.stack?.split('\n').slice(0, 4).join('\n') : String(error);
        return [`seed ${seed}: ${told}`];
      }
    });
    expect(failed).toEqual([]);
  });
});
