/**
 * The bad programs of refused.txt: assembled, with their maps, and the line that is at fault.
 *
 *     == lookup-without-nil-check | xdp | nil-map-value
 *     map hits hash 4 8 16
 *     	r1 = hits ll
 *     	…
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../src/base/assert.ts';
import { Diagnostics } from '../../src/base/diagnostic.ts';
import { sourceFile } from '../../src/base/source.ts';
import { parseAssembly } from '../../src/bpf/assembly-parse.ts';
import { assemble } from '../../src/bpf/encode.ts';
import { isMapType, maps as mapTable } from '../../src/bpf/maps.ts';
import { programRow } from '../../src/bpf/programs.ts';
import type { KnownLine } from '../../src/explain/explain.ts';
import { fromHex, type LoadPlan, type PlannedMap, toHex } from '../../src/kernel/plan.ts';

export interface BadProgram {
  readonly name: string;
  /** The row of messages.ts that explains it. */
  readonly message: string;
  /** 1-based line of the case's code that is at fault; null where none is marked. */
  readonly line: number | null;
  readonly plan: LoadPlan;
  readonly lines: readonly KnownLine[];
}

const file = join(import.meta.dirname, 'refused.txt');

function mapOf(words: readonly string[]): PlannedMap {
  const [name = '', type = '', ...numbers] = words;
  const [keySize = 0, valueSize = 0, maxEntries = 1, flags = 0] = numbers.map(Number);
  const row = mapTable[must(isMapType(type) ? type : null, `no map type ${type}`)];
  return { name, type: row.id, keySize, valueSize, maxEntries, flags, content: null, readOnly: false };
}

const placeholder = 'r0 = 770077';

interface Source {
  readonly code: readonly string[];
  readonly maps: readonly PlannedMap[];
  readonly license: string;
}

function read(body: readonly string[]): Source {
  const starting = (word: string): readonly string[] =>
    body.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length));
  return {
    code: body
      .filter((line) => !/^(map|license) /.test(line))
      .flatMap((line) => {
        const repeat = /^repeat (\d+): (.*)$/.exec(line);
        return repeat === null
          ? [line]
          : Array.from({ length: Number(repeat[1]) }, (_, i) => `\t${repeat[2]}`.replace('{i}', String(i)));
      }),
    maps: starting('map ').map((line) => mapOf(line.split(' '))),
    license: starting('license ')[0] ?? 'GPL',
  };
}

/** Raw instructions stand as a placeholder in the assembly and replace it in the bytes. */
function assembled(
  name: string,
  source: Source,
): { readonly bytes: Uint8Array; readonly result: ReturnType<typeof assemble> } {
  const words = source.code.flatMap((line) => /^hex: ([0-9a-f]{16})/.exec(line)?.[1] ?? []);
  const text = source.code.map((line) => (line.startsWith('hex:') ? `\t${placeholder}` : line)).join('\n');
  const symbols = source.maps.map((map) => `${map.name}:\n\t.long 0\n`).join('');
  const head = '\t.section "prog","ax",@progbits\nmain:\n';
  const all = `${head}${text}\n${symbols === '' ? '' : `\t.section maps,"aw",@progbits\n${symbols}`}`;
  const diagnostics = new Diagnostics();
  const sections = parseAssembly(sourceFile(0, name, all), diagnostics);
  if (sections === null) throw new Error(`${name}: ${diagnostics.list.map((d) => d.message).join('; ')}`);
  const result = assemble(
    sections.flatMap((s) => s.funcs),
    'little',
  );
  const bytes = Uint8Array.from(result.bytes);
  const mark = 'b7000000';
  let next = 0;
  for (let at = 0; at < bytes.length; at += 8) {
    const word = toHex(bytes.slice(at, at + 8));
    if (word.startsWith(mark) && word.endsWith(placeholderBytes)) bytes.set(fromHex(words[next++] ?? ''), at);
  }
  return { bytes, result };
}

const placeholderBytes = toHex(new Uint8Array(new Int32Array([770077]).buffer));

function badProgram(text: string): BadProgram {
  const [head = '', ...body] = text.split('\n');
  const [name = '', section = '', message = ''] = head.split('|').map((word) => word.trim());
  const source = read(body.filter((line) => line !== ''));
  const { bytes, result } = assembled(name, source);
  const { row } = must(programRow(section), `no section ${section}`);
  const headLines = 2;
  const lineOf = (line: number): string => (source.code[line - 1] ?? '').replace(/ *# here$/, '').trim();
  const here = source.code.findIndex((line) => line.endsWith('# here'));
  return {
    name,
    message,
    line: here < 0 ? null : here + 1,
    lines: result.lines.map(({ slot, pos }) => {
      const line = pos.line - headLines;
      return { slot, file: `${name}.s`, line, text: lineOf(line) };
    }),
    plan: {
      license: source.license,
      maps: source.maps,
      programs: [
        {
          name: 'main',
          section,
          type: row.typeId,
          expectedAttachType: row.attachId,
          flags: row.sleepable ? 1 << 4 : 0,
          code: toHex(bytes),
          patches: result.relocs.map(({ slot, sym }) => ({ slot, map: sym.name, offset: null })),
          kernelCalls: [],
          btf: null,
          needs: [3, 18],
        },
      ],
    },
  };
}

export function badPrograms(): readonly BadProgram[] {
  const text = readFileSync(file, 'utf8');
  return text.split(/^== /m).slice(1).map(badProgram);
}
