/**
 * The oldest kernel that has everything a program uses: its type, its instructions, helpers and maps, by the tables'
 * `since` columns. What the verifier of that kernel thinks of the program is another question.
 */

import { must } from '../base/assert.ts';
import { helperById, helpers } from '../bpf/helpers.ts';
import { isaRow } from '../bpf/isa.ts';
import { type MapRow, maps } from '../bpf/maps.ts';
import type { MFunc, MInst, PReg } from '../bpf/minst.ts';
import { programRow } from '../bpf/programs.ts';
import type { Module, Program } from '../ir/ir.ts';

export type Version = readonly [major: number, minor: number];

/** `6.18.44-generic` and `6.18` alike. */
export function parseVersion(text: string): Version {
  const match = must(/^(\d+)\.(\d+)/.exec(text), `${text} is no kernel version`);
  return [Number(match[1]), Number(match[2])];
}

export function atLeast(a: Version, b: Version): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] >= b[1];
}

function instructionNeeds(inst: MInst<PReg>): readonly (string | null)[] {
  if (inst.op === 'parcopy') return [];
  const { since } = isaRow(inst.op);
  if (inst.op !== 'call_helper') return [since];
  const helper = helperById(Number(inst.imm));
  return [since, helper === null ? null : helpers[helper].since];
}

/** `funcs`: those that the program reaches. */
export function kernelNeeded(module: Module, program: Program, funcs: readonly MFunc<PReg>[]): Version {
  const rows: Readonly<Record<string, MapRow>> = maps;
  const insts = funcs.flatMap((func) => func.blocks.flatMap((block) => block.body));
  const used = new Set(insts.flatMap((inst) => (inst.sym === null ? [] : [inst.sym.name])));
  const needs = [
    programRow(program.section)?.row.since ?? null,
    ...insts.flatMap(instructionNeeds),
    ...module.maps.filter((map) => used.has(map.name)).map((map) => rows[map.type]?.since ?? null),
  ];
  return needs
    .filter((since) => since !== null)
    .map(parseVersion)
    .reduce((newest, version) => (atLeast(newest, version) ? newest : version), [3, 18]);
}
