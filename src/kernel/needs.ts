/**
 * The oldest kernel that has everything a program uses: its type, its instructions, helpers and maps, by the tables'
 * `since` columns. What the verifier of that kernel thinks of the program is another question.
 */

import { must } from '../base/assert.ts';
import type { Pos } from '../base/source.ts';
import { dominators } from '../base/graph.ts';
import { naturalLoops } from '../base/loops.ts';
import { machineFlow } from '../bpf/flow.ts';
import { helperById, helperGoName, helpers, helperVerdict } from '../bpf/helpers.ts';
import { isaRow } from '../bpf/isa.ts';
import { type FeatureName, features } from '../bpf/kernels.ts';
import { kfuncVerdict } from '../bpf/kfuncs.ts';
import { type MapDecl, type MapRow, maps } from '../bpf/maps.ts';
import type { MFunc, MInst, PReg } from '../bpf/minst.ts';
import { type ProgramRow, programRow } from '../bpf/programs.ts';
import type { Module, Program } from '../ir/ir.ts';
import { linkFlag } from '../lower/maps.ts';

export type Version = readonly [major: number, minor: number];

/** `6.18.44-generic` and `6.18` alike. */
export function parseVersion(text: string): Version {
  const match = must(/^(\d+)\.(\d+)/.exec(text), `${text} is no kernel version`);
  return [Number(match[1]), Number(match[2])];
}

export function atLeast(a: Version, b: Version): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] >= b[1];
}

/** Something that a program uses, and the first kernel that has it. */
export interface Reason {
  readonly since: string;
  /** `bpf.RingbufReserve`, `a bpf.RingBuf`, `a kprobe.multi program`, `the instruction atomic_fetch_add64`. */
  readonly what: string;
  /** Where it is used; null: the declaration. */
  readonly pos: Pos | null;
}

function instructionNeeds(inst: MInst<PReg>, program: ProgramRow): Reason | null {
  if (inst.op === 'parcopy') return null;
  if (inst.op === 'call_kfunc' && inst.sym !== null) {
    const { since } = kfuncVerdict(inst.sym.name, program.type);
    return { since, what: `the kernel function ${inst.sym.name}`, pos: inst.pos };
  }
  const helper = inst.op === 'call_helper' ? helperById(Number(inst.imm)) : null;
  if (helper !== null) {
    const { since } = helperVerdict(helper, program.helpers);
    return { since, what: `bpf.${helperGoName(helper)}`, pos: inst.pos };
  }
  const { since } = isaRow(inst.op);
  return since === null ? null : { since, what: `the instruction ${inst.op}`, pos: inst.pos };
}

const feature = (name: FeatureName, pos: Pos | null): Reason => ({
  since: features[name].since,
  what: features[name].doc,
  pos,
});

/** Jumps backwards. */
function loops(func: MFunc<PReg>): readonly Reason[] {
  const { graph } = machineFlow(func);
  return naturalLoops(graph, dominators(graph)).loops.map(({ header }) =>
    feature('bounded_loops', func.blocks[header]?.body[0]?.pos ?? func.pos),
  );
}

const isLinkedTable = ({ type, flags }: MapDecl): boolean =>
  type === 'struct_ops' && (flags & linkFlag) !== 0;

/** What the functions of a program use that is no row of another table. */
function featureNeeds(funcs: readonly MFunc<PReg>[]): readonly Reason[] {
  return funcs.flatMap((func, n) => [
    ...(n === 0 ? [] : [feature('bpf_to_bpf_calls', func.pos)]),
    ...loops(func),
    ...func.blocks.flatMap(({ body }) =>
      body.flatMap((inst): readonly Reason[] => {
        if (inst.op === 'ld_func') return [feature('callbacks', inst.pos)];
        if (inst.sym?.kind === 'global') return [feature('global_data', inst.pos)];
        const tail = n > 0 && inst.op === 'call_helper' && inst.imm === BigInt(helpers.tail_call.id);
        return tail ? [feature('tail_calls_in_subprograms', inst.pos)] : [];
      }),
    ),
  ]);
}

/** Everything that a program uses, with its first kernel. `funcs`: those that the program reaches, its own first. */
export function kernelReasons(
  module: Module,
  program: Program,
  funcs: readonly MFunc<PReg>[],
): readonly Reason[] {
  const rows: Readonly<Record<string, MapRow>> = maps;
  const insts = funcs.flatMap((func) => func.blocks.flatMap((block) => block.body));
  const used = new Set(insts.flatMap((inst) => (inst.sym === null ? [] : [inst.sym.name])));
  const { kind, row } = must(
    programRow(program.section),
    `no program type has the section ${program.section}`,
  );
  return [
    { since: row.since, what: `a ${kind} program`, pos: null },
    ...insts.flatMap((inst) => instructionNeeds(inst, row) ?? []),
    ...featureNeeds(funcs),
    ...(row.type === 'struct_ops' && module.maps.some(isLinkedTable)
      ? [feature('struct_ops_links', null)]
      : []),
    ...module.maps
      .filter((map) => used.has(map.name))
      .flatMap((map) => {
        const row = rows[map.type];
        const held = map.holds?.includes('kptr') === true ? [feature('kptrs', null)] : [];
        return row === undefined ? [] : [...held, { since: row.since, what: `a bpf.${row.sdk}`, pos: null }];
      }),
  ];
}

export function kernelNeeded(module: Module, program: Program, funcs: readonly MFunc<PReg>[]): Version {
  return kernelReasons(module, program, funcs)
    .map(({ since }) => parseVersion(since))
    .reduce((newest, version) => (atLeast(newest, version) ? newest : version), [3, 18]);
}
