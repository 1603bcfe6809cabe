import { expect, test } from 'vitest';
import { kernelSystem, requires } from '../../golden/requires.ts';
import type { Machine } from '../../passes/pass.ts';
import { noPos } from '../base/source.ts';
import { alu, branch, callHelper, inst, load, store } from '../bpf/build.ts';
import type { MInst, PReg } from '../bpf/minst.ts';
import { lookup } from './map.ts';
import { loadPlan, planModule, relocate } from './plan.ts';
import { runProgram } from './program.ts';

const r = (n: number): PReg => n as PReg;

/** `hits[0] += step; return step`: step is a variable of .data, hits an array map. */
function counter(): Machine<PReg> {
  const p = noPos;
  const symbol = (kind: 'map' | 'global', name: string) => ({ kind, name, offset: 0 }) as const;
  const entry: readonly MInst<PReg>[] = [
    inst('ld_map_value', { dst: r(6), sym: symbol('global', 'step') }, p),
    load('ldx_u64', r(6), r(6), 0, p),
    store('st_32', r(10), -4, 0n, p),
    inst('ld_map_fd', { dst: r(1), sym: symbol('map', 'hits') }, p),
    alu('mov64_reg', r(2), r(10), p),
    alu('add64_imm', r(2), -4n, p),
    callHelper(1, [r(1), r(2)], r(0), p),
    branch('jeq64_imm', r(0), 0n, 2, p),
  ];
  const hit: readonly MInst<PReg>[] = [
    load('ldx_u64', r(1), r(0), 0, p),
    alu('add64_reg', r(1), r(6), p),
    store('stx_64', r(0), 0, r(1), p),
  ];
  const leave: readonly MInst<PReg>[] = [alu('mov64_reg', r(0), r(6), p), inst('exit', { uses: [r(0)] }, p)];
  return {
    funcs: [
      {
        name: 'Count',
        blocks: [
          { id: 0, body: entry },
          { id: 1, body: hit },
          { id: 2, body: leave },
        ],
        params: 1,
        slots: [],
        frameSize: 8,
        program: 'Count',
        nextReg: 11,
        nextBlock: 3,
        pos: p,
      },
    ],
    module: {
      funcs: [],
      programs: [{ name: 'Count', section: 'syscall', abortValue: 0n }],
      maps: [{ name: 'hits', type: 'array', keySize: 4, valueSize: 8, maxEntries: 4, flags: 0, pin: false }],
      globals: [
        { name: 'pad', section: '.data', size: 1, align: 1, init: Uint8Array.of(9) },
        { name: 'step', section: '.data', size: 8, align: 8, init: Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0) },
      ],
      strings: new Map(),
      license: 'GPL',
    },
  };
}

test('a plan is plain data', () => {
  const plan = planModule(counter(), 'little');
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  expect(plan.maps.map((map) => [map.name, map.content])).toEqual([
    ['hits', null],
    ['.data', '09000000000000000500000000000000'],
  ]);
  expect(plan.programs[0]?.needs).toEqual([5, 14]);
  expect(plan.programs[0]?.patches).toEqual([
    { slot: 0, map: '.data', offset: 8 },
    { slot: 4, map: 'hits', offset: null },
  ]);
});

test('relocation fills descriptor, kind and offset of a wide load', () => {
  const wide = Uint8Array.of(0x18, 0x06, ...Array.from({ length: 14 }, () => 0));
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const at = (offset: number | null): string => hex(relocate(wide, [{ slot: 0, map: 'm', offset }], () => 7));
  expect(at(null)).toBe('18160000070000000000000000000000');
  expect(at(8)).toBe('18260000070000000000000008000000');
});

test.skipIf(!(await requires('kernel')))('a plan is loaded, run and closed', async () => {
  const system = await kernelSystem();
  const loaded = loadPlan(system, planModule(counter(), 'little'));
  const program = loaded.programs.get('Count');
  if (program === undefined || !program.ok) throw new Error(program?.log);
  expect(runProgram(system, program.fd, 31, { context: new Uint8Array(8) }).result).toBe(5);
  expect(lookup(system, loaded.maps.get('hits') ?? -1, new Uint8Array(4), 8)?.[0]).toBe(5);
  loaded.close();
});
