/**
 * Which program types may call which helpers, asked of the running kernel: for every row of the helper matrix
 * (src/bpf/helper-matrix.ts) one program `call N; r0 = default; exit` a helper. One that the type may not call is
 * refused by name; one that it may call is refused for its arguments, if at all.
 *
 *     xdp get_current_comm: ., not o      the kernel refuses what the table says it takes
 */

import { type HelperName, helperNames, helpers, helperVerdict } from '../../src/bpf/helpers.ts';
import { supports } from '../../src/bpf/kernels.ts';
import { type AttachKind, programs } from '../../src/bpf/programs.ts';
import { call, exit, type Probe, setR0 } from './probe.ts';

export interface Measurement {
  /** `6.12`. */
  readonly kernel: string;
  /** One letter a helper, by the program table's `helpers` column: `.` refused, `o` allowed, `s` if it may sleep. */
  readonly rows: Readonly<Record<string, string>>;
}

function letter(log: string | null): string {
  if (log === null) return 'o';
  if (
    /unknown func|cannot use helper|invalid func|not supported for program type|supported only for/.test(log)
  )
    return '.';
  return /might sleep|non-sleepable/.test(log) ? 's' : 'o';
}

/** A kind for every row of the matrix that the kernel loads. Sleepable kinds may call more than their row says. */
function rowKinds(probe: Probe): readonly (readonly [row: string, kind: AttachKind])[] {
  const kinds = new Map<string, AttachKind>();
  for (const kind of probe.loadable) {
    const { helpers: row, sleepable, type } = programs[kind];
    if (!kinds.has(row) && (!sleepable || type === 'syscall')) kinds.set(row, kind);
  }
  return [...kinds];
}

const ask = (probe: Probe, kind: AttachKind, name: HelperName): string =>
  letter(probe.log(kind, call(helpers[name].id), setR0(programs[kind].defaultResult), exit));

export function measureHelpers(probe: Probe): Measurement {
  const rows = rowKinds(probe).map(([row, kind]): readonly [string, string] => [
    row,
    helperNames()
      .map((name) => ask(probe, kind, name))
      .join(''),
  ]);
  return { kernel: probe.kernel, rows: Object.fromEntries(rows) };
}

/** Calls that a fix took away, in stable kernels too: older ones still allow them. Helpers by row of the matrix. */
export const withdrawn: Readonly<Record<string, readonly HelperName[]>> = {
  lwt_seg6local: ['skb_pull_data'],
};

/** Refused under lockdown, or without their configuration switch. */
const switched: readonly HelperName[] = ['probe_write_user', 'override_return'];

/** What the kernel says otherwise than the table. */
export function helperDifferences(probe: Probe): readonly string[] {
  return rowKinds(probe).flatMap(([row, kind]) =>
    helperNames().flatMap((name) => {
      if (switched.includes(name) || withdrawn[row]?.includes(name)) return [];
      const verdict = helperVerdict(name, row);
      const allowed = verdict.allowed && supports(probe.kernel, verdict.since);
      const expected = !allowed ? '.' : verdict.sleepable ? 's' : 'o';
      const found = ask(probe, kind, name);
      // What only sleepable programs get, older kernels tell others that there is none.
      if (expected === 's' && found === '.' && !supports(probe.kernel, '6.1')) return [];
      return found === expected ? [] : [`${kind} ${name}: ${found}, not ${expected}`];
    }),
  );
}
