/** A short run of the campaign, and its parts. */

import { expect, test } from 'vitest';
import { kernelSystem, requires } from '../../golden/requires.ts';
import { must } from '../../src/base/assert.ts';
import { printMCode } from '../../src/bpf/text.ts';
import { isFailure, vmRunner, withKernel } from './compare.ts';
import { compareFile } from './corpus.ts';
import { inputsOf, longestPacket } from './inputs.ts';
import { kinds } from './kinds.ts';
import { added, emptyLedger } from './ledger.ts';
import { pieces } from './pieces.ts';
import { stayOnOneProcessor } from './processor.ts';
import { machineOf, randomProgram } from './program.ts';
import { runSeeds } from './seeds.ts';

const present = await requires('kernel');
const kernelTest = test.skipIf(!present);
if (present) stayOnOneProcessor();

test('the same seed gives the same program; any piece can be left out', () => {
  const program = randomProgram(5);
  expect(printMCode(machineOf(randomProgram(5)))).toBe(printMCode(machineOf(program)));
  const shorter = { ...program, pieces: program.pieces.slice(1) };
  expect(printMCode(machineOf(shorter))).not.toBe(printMCode(machineOf(program)));
});

test('every kind and piece comes, and every length of packet', () => {
  const programs = Array.from({ length: 400 }, (_, seed) => randomProgram(seed));
  expect(new Set(programs.map((p) => p.kind.name)).size).toBe(kinds.length);
  const made = new Set(programs.flatMap((p) => p.pieces.map((piece) => piece.name)));
  expect(pieces.filter((row) => !made.has(row.name))).toEqual([]);
  const socket = must(
    kinds.find((kind) => kind.name === 'socket'),
    'socket',
  );
  const lengths = Array.from({ length: 260 }, (_, seed) => inputsOf(socket, seed)).flat();
  const seenLengths = new Set(lengths.map(({ packet }) => (packet?.length ?? 0) - (socket.skipped ?? 0)));
  expect(Array.from({ length: longestPacket + 1 }, (_, n) => n).filter((n) => !seenLengths.has(n))).toEqual(
    [],
  );
});

kernelTest('the machine and the kernel agree on random programs', async () => {
  const { failures, programs } = runSeeds(await kernelSystem(), 3_000_000, 40);
  expect([programs, failures]).toEqual([40, []]);
});

kernelTest('what differs is seen', async () => {
  const program = randomProgram(0);
  const [input] = inputsOf(program.kind, 0);
  const wrong = {
    ...program,
    pieces: [...program.pieces, { name: 'alu', seed: 1 }, { name: 'alu', seed: 2 }],
  };
  const there = withKernel(await kernelSystem(), machineOf(program), program.kind, (run) =>
    run(must(input, 'input')),
  );
  const here = vmRunner(machineOf(wrong), program.kind)(must(input, 'input'));
  if (isFailure(there) || isFailure(here)) throw new Error('both run');
  expect(here.get('map seen')).not.toBe(there.get('map seen'));
  expect(here.get('map array')).toBe(there.get('map array'));
});

kernelTest('programs of the corpus', async () => {
  const system = await kernelSystem();
  const files = ['golden/programs/xdpverdict.go', 'golden/programs/ringrecords.go', 'bench/programs/xdp2.go'];
  expect(
    files.flatMap((file) => compareFile(system, file)).map(({ kind, detail }) => [kind, detail]),
  ).toEqual(files.map(() => ['compared', '']));
});

test('the ledger adds up', () => {
  const result = { programs: 3, runs: 18, notLoaded: 1, wrongThere: 0, constructs: { alu: 2 }, failures: [] };
  const once = added(emptyLedger.code, result);
  expect(added(once, result)).toMatchObject({
    to: 6,
    programs: 6,
    runs: 36,
    notLoaded: 2,
    constructs: { alu: 4 },
  });
});
