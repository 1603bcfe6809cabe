/**
 * The one runner of golden files. Inputs lie at `golden/<area>/<name>.<go|ir|mir|s>`, expected outputs beside them as
 * `<name>.<stage>.golden`. `npm run bless` (BPFC_BLESS=1) writes what the stages give now. A golden file that is
 * missing, or whose input is, fails. Run lines of inputs (run-lines.ts) are executed wherever that can be done.
 */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { describe, expect, test } from 'vitest';
import type { Module } from '../src/ir/ir.ts';
import { planModule } from '../src/kernel/plan.ts';
import { levels, readProgram } from './compiled.ts';
import { kernelSystem, requires } from './requires.ts';
import { failedRuns, refusals } from './run-kernel.ts';
import { type RunLine, runLines } from './run-lines.ts';
import { ssaFailures } from './run-ssa.ts';
import { vmFailures } from './run-vm.ts';
import { applyPass, compileGolden, type GoldenInput, readForm, type StageName, stages } from './stages.ts';

interface Area {
  /** Folder under golden/; `pass/*`: one folder per pass. */
  readonly folder: string;
  /** '': a folder that is a Go module. */
  readonly endings: readonly string[];
  readonly stages: readonly StageName[];
}

const areas: readonly Area[] = [
  { folder: 'parse', endings: ['.go'], stages: ['parse'] },
  { folder: 'check', endings: ['.go'], stages: ['check'] },
  { folder: 'lower', endings: ['.go'], stages: ['lower'] },
  { folder: 'select', endings: ['.go'], stages: ['select'] },
  { folder: 'regalloc', endings: ['.go'], stages: ['regalloc'] },
  { folder: 'asm', endings: ['.go'], stages: ['asm'] },
  { folder: 'object', endings: ['.go'], stages: ['object'] },
  { folder: 'listing', endings: ['.go'], stages: ['listing'] },
  { folder: 'go', endings: ['.go'], stages: ['go'] },
  { folder: 'errors', endings: ['.go'], stages: ['errors'] },
  { folder: 'programs', endings: ['.go'], stages: ['lower', 'asm'] },
  { folder: 'language', endings: ['.go', ''], stages: [] },
  { folder: 'pass/*', endings: ['.ir', '.mir'], stages: ['pass'] },
];

const root = 'golden';
const bless = process.env.BPFC_BLESS === '1';
const hasKernel = await requires('kernel');

interface Case {
  readonly folder: string;
  readonly area: Area;
  readonly inputs: readonly string[];
  readonly goldens: readonly string[];
}

function foldersOf(area: Area): readonly string[] {
  if (!area.folder.endsWith('/*')) return [join(root, area.folder)];
  const parent = join(root, area.folder.slice(0, -2));
  return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
}

const cases: readonly Case[] = areas.flatMap((area) =>
  foldersOf(area)
    .filter((folder) => existsSync(folder))
    .map((folder): Case => {
      const names = readdirSync(folder).sort();
      return {
        folder,
        area,
        inputs: names.filter((name) => area.endings.includes(extname(name))),
        goldens: names.filter((name) => name.endsWith('.golden')),
      };
    }),
);

function readInput(folder: string, name: string): GoldenInput {
  if (extname(name) === '') {
    const { source } = readProgram(join(folder, name));
    return { name, text: source.files.map((file) => file.text).join(''), pass: null, source };
  }
  const pass = folder.startsWith(join(root, 'pass/')) ? basename(folder) : null;
  return { name, text: readFileSync(join(folder, name), 'utf8'), pass };
}

const goldenName = (input: string, stage: string): string =>
  `${input.slice(0, -extname(input).length)}.${stage}.golden`;

function compareGolden(path: string, actual: string): void {
  if (bless) {
    writeFileSync(path, actual);
    return;
  }
  if (!existsSync(path)) throw new Error(`${path} is missing; npm run bless makes it, and git diff shows it`);
  const expected = readFileSync(path, 'utf8');
  if (expected === actual) return;
  throw new Error(
    `differs from ${path}\n${createTwoFilesPatch('expected', 'actual', expected, actual, '', '', { context: 4 })}`,
  );
}

function checkGoldens({ folder, area }: Case, name: string): void {
  const input = readInput(folder, name);
  for (const stage of area.stages) compareGolden(join(folder, goldenName(name, stage)), stages[stage](input));
}

/**
 * Evaluates the module as lowering left it and after every SSA pass, then runs the code in the VM and in the kernel, at
 * every level: as an object, or as instructions.
 */
async function runGo(input: GoldenInput, lines: readonly RunLine[], emit: 'object' | 'asm'): Promise<void> {
  for (const optimize of levels) {
    const modules: (readonly [string, Module])[] = [];
    const result = compileGolden(input, {
      emit,
      optimize,
      onAfterPass: (pass, formed) => {
        if (formed.form === 'ssa') modules.push([pass, formed.value]);
      },
    });
    if (result.module === null || result.machine === null)
      throw new Error(`does not compile at -O${optimize}`);
    for (const [pass, module] of [['lower', result.module] as const, ...modules]) {
      expect(ssaFailures(module, lines), `-O${optimize}, SSA after ${pass}`).toEqual([]);
    }
    expect(vmFailures(result.machine, lines), `-O${optimize}, VM`).toEqual([]);
    if (!hasKernel) continue;
    const system = await kernelSystem();
    const { artifact } = result;
    const loadable = artifact instanceof Uint8Array ? artifact : planModule(result.machine, 'little');
    expect(refusals(system, loadable), `-O${optimize}, kernel`).toEqual([]);
    expect(failedRuns(system, loadable, lines), `-O${optimize}, kernel`).toEqual([]);
  }
}

/** Evaluates the input and what the pass makes of it. */
function runPass(input: GoldenInput, lines: readonly RunLine[]): void {
  const before = readForm(input);
  if (before.form !== 'ssa') throw new Error('run lines need SSA');
  expect(ssaFailures(before.value, lines), 'before the pass').toEqual([]);
  const after = applyPass(input, before);
  if (after.form === 'ssa') expect(ssaFailures(after.value, lines), 'after the pass').toEqual([]);
}

for (const group of cases) {
  describe(group.folder, () => {
    for (const name of group.inputs) {
      if (group.area.stages.length > 0) test(name, () => checkGoldens(group, name));
      const input = readInput(group.folder, name);
      const lines = runLines(input.text);
      const runs = lines.length > 0 || group.area.stages.length === 0 || group.area.folder === 'programs';
      if (runs)
        test(`${name} runs`, async () =>
          input.pass === null
            ? runGo(input, lines, group.area.stages.length === 0 ? 'object' : 'asm')
            : runPass(input, lines));
    }
    test('every golden file has its input', () => {
      const wanted = group.inputs.flatMap((name) =>
        group.area.stages.map((stage) => goldenName(name, stage)),
      );
      const stale = group.goldens.filter((name) => !wanted.includes(name));
      if (bless) for (const name of stale) rmSync(join(group.folder, name));
      else expect(stale).toEqual([]);
    });
  });
}

test('every stage has golden inputs', () => {
  const used = new Set(
    cases.filter((group) => group.inputs.length > 0).flatMap((group) => group.area.stages),
  );
  expect(Object.keys(stages).filter((stage) => ![...used].some((name) => name === stage))).toEqual([]);
});
