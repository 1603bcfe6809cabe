/**
 * What five kernels made of the tables' golden programs, as test:kernels recorded it, and what the tables expect.
 *
 *     verdicts.json: { "maps": { "ringbuf": { "needs": "5.8", "5.10": "loaded", "6.1": "loaded", … } } }
 *
 * A row's programs are expected to load on every kernel from `needs` on, and one of them to be refused (or not
 * attached) below. Where a kernel does otherwise, an exception says why.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseKernel, supports } from '../../src/bpf/kernels.ts';
import { type Table, tables } from './rows.ts';

export const kernels = ['5.10', '6.1', '6.12', '6.18', '7.3'] as const;
export type Kernel = (typeof kernels)[number];

/** `attached`, `loaded`, `loaded: why it was not attached`, or `refused: why`. */
export type Recorded = Readonly<Partial<Record<Kernel, string>>> & {
  /** First kernel that has all that the row's programs use, as the tables have it. */
  readonly needs: string;
};

export type Verdicts = Readonly<Record<Table, Readonly<Record<string, Recorded>>>>;

export const verdictsPath = join(import.meta.dirname, 'verdicts.json');

export function readVerdicts(): Verdicts {
  return JSON.parse(readFileSync(verdictsPath, 'utf8'));
}

/** The kernel of the five that a release is of, or null. */
export function kernelOf(release: string): Kernel | null {
  const series = parseKernel(release);
  return kernels.find((kernel) => kernel === series) ?? null;
}

/** `attached`, `loaded` or `refused`, without the reason. */
export const stateOf = (verdict: string): string => verdict.replace(/:.*/s, '');

export interface Exception {
  readonly table: Table;
  /** Names of rows; a pattern. */
  readonly rows: RegExp;
  readonly kernels: readonly Kernel[];
  readonly why: string;
}

const host: readonly Kernel[] = ['6.18'];

const lockdown = 'lockdown of the machine under test: EPERM without a log';
const noProbes =
  'built without CONFIG_KPROBES, CONFIG_FPROBE: the type loads, there is nothing to attach it to';

/** Refused or only loaded where the tables say that the kernel is new enough. */
export const refusedAnyway: readonly Exception[] = [
  {
    table: 'programs',
    rows: /^(fentry|fexit|fmod_ret|lsm)(\.s)?$|^lsm_cgroup$/,
    kernels: host,
    why: lockdown,
  },
  { table: 'maps', rows: /^inode_storage$/, kernels: host, why: `${lockdown}; its program is an lsm one` },
  {
    table: 'helpers',
    rows: /^(xdp_output|inode_storage_\w+|d_path|copy_from_user|bprm_opts_set|ima_\w+|sock_from_file|get_func_\w+)$/,
    kernels: host,
    why: `${lockdown}; its program attaches by a trampoline`,
  },
  { table: 'helpers', rows: /^probe_write_user$/, kernels: host, why: 'lockdown of the machine under test' },
  { table: 'features', rows: /^sleepable$/, kernels: host, why: lockdown },
  {
    table: 'programs',
    rows: /^(kprobe|kretprobe|ksyscall|kretsyscall|k\w+\.multi|kprobe\.session)$/,
    kernels: host,
    why: noProbes,
  },
  { table: 'programs', rows: /^k(ret)?probe\.multi$/, kernels: ['6.1'], why: noProbes },
  {
    table: 'programs',
    rows: /^(fentry|fexit|fmod_ret)\.s$/,
    kernels: ['5.10', '6.1'],
    why: 'built without error injection, whose list says which functions may sleep',
  },
  {
    table: 'programs',
    rows: /^lsm\.s$/,
    kernels: ['5.10'],
    why: 'built without error injection, which before 5.11 says which hooks may sleep',
  },
  {
    table: 'helpers',
    rows: /^copy_from_user$/,
    kernels: ['5.10'],
    why: 'its program is an lsm.s one, see there',
  },
  {
    table: 'features',
    rows: /^sleepable$/,
    kernels: ['5.10'],
    why: 'its program is an lsm.s one, see there',
  },
  {
    table: 'programs',
    rows: /^lirc_mode2$/,
    kernels,
    why: 'built without CONFIG_BPF_LIRC_MODE2',
  },
  { table: 'helpers', rows: /^rc_/, kernels, why: 'built without CONFIG_BPF_LIRC_MODE2' },
  { table: 'helpers', rows: /^override_return$/, kernels, why: 'built without CONFIG_BPF_KPROBE_OVERRIDE' },
  {
    table: 'programs',
    rows: /^(tc|classifier)$/,
    kernels: ['5.10', '6.1'],
    why: 'clsact takes it; the links by which rows are attached are of 6.6',
  },
  { table: 'programs', rows: /^action$/, kernels, why: 'an action of tc, which has no link' },
  {
    table: 'programs',
    rows: /^netkit\//,
    kernels: ['6.12', '6.18', '7.3'],
    why: 'the loopback interface is no netkit device',
  },
  {
    table: 'programs',
    rows: /^usdt(\.s)?$/,
    kernels,
    why: 'the section names no static probe, and what every machine has holds none to count on',
  },
  {
    table: 'programs',
    rows: /^sk_skb$/,
    kernels,
    why: 'without an attach type it is only loaded, as by libbpf',
  },
  {
    table: 'helpers',
    rows: /^(per|this)_cpu_ptr$/,
    kernels,
    why: 'takes variables of the kernel that there are one of per processor, which no argument of a hook is',
  },
  {
    table: 'programs',
    rows: /^freplace$/,
    kernels,
    why: 'loaded with the program that it replaces, which a row by itself has not',
  },
  {
    table: 'programs',
    rows: /^struct_ops(\.s)?$/,
    kernels,
    why: 'loaded with the table that names it: the row struct_ops of the maps',
  },
];

/** Taken where the tables say that the kernel is too old. */
export const takenAnyway: readonly Exception[] = [
  {
    table: 'programs',
    rows: /^sk_reuseport\/migrate$/,
    kernels: ['5.10'],
    why: 'older kernels do not look at the attach type, and migrate nothing',
  },
  {
    table: 'programs',
    rows: /^iter\.s$/,
    kernels: ['5.10'],
    why: 'older kernels do not look at the flag: the program may not sleep',
  },
  {
    table: 'features',
    rows: /^(tcx|struct_ops_links)$/,
    kernels: ['5.10', '6.1'],
    why: 'its programs load; the link is what is new',
  },
];

/** Is the row taken by the kernel, as far as its kind goes? A program that attaches elsewhere must attach. */
function isTaken(table: Table, verdict: string): boolean {
  return stateOf(verdict) !== 'refused' && !(table === 'programs' && verdict.startsWith('loaded: '));
}

/** The exception that a verdict falls under, or null. */
export function exceptionOf(
  table: Table,
  name: string,
  kernel: Kernel,
  recorded: Recorded,
): Exception | null {
  const newEnough = supports(kernel, recorded.needs);
  if (isTaken(table, recorded[kernel] ?? 'refused') === newEnough) return null;
  const list = newEnough ? refusedAnyway : takenAnyway;
  return list.find((e) => e.table === table && e.rows.test(name) && e.kernels.includes(kernel)) ?? null;
}

/** What is wrong with a verdict, or null. */
export function complaint(table: Table, name: string, kernel: Kernel, recorded: Recorded): string | null {
  const verdict = recorded[kernel];
  if (verdict === undefined) return 'no verdict';
  const newEnough = supports(kernel, recorded.needs);
  if (isTaken(table, verdict) === newEnough) return null;
  if (exceptionOf(table, name, kernel, recorded) !== null) return null;
  return newEnough ? verdict : `${verdict}, though it needs ${recorded.needs}`;
}

/** Exceptions that no verdict needs. */
export function idleExceptions(verdicts: Verdicts): readonly Exception[] {
  const used = new Set(
    tables.flatMap((table) =>
      Object.entries(verdicts[table]).flatMap(([name, recorded]) =>
        kernels.map((kernel) => exceptionOf(table, name, kernel, recorded)),
      ),
    ),
  );
  return [...refusedAnyway, ...takenAnyway].filter((e) => !used.has(e));
}
