/**
 * One row of the benchmark, measured: slots of every compiler, and what the kernel says of ours and the reference's.
 *
 *     measure(suite[0], '2', 'v3', system)
 *     // { row: 1, program: 'hello', mode: '2', cpu: 'v3', slots: 9, goal: 9, c19: 9, anchor: 9, … }
 */

import type { CompileOptions } from '../src/compile.ts';
import type { ProgramStats } from '../src/kernel/program.ts';
import type { System } from '../src/kernel/system.ts';
import { readBpfObject } from '../src/object/bpf-object.ts';
import { anchors, type GoBuild, compileGo, compileObject, reference, slotsOfObject } from './compilers.ts';
import { nanoseconds } from './nanoseconds.ts';
import { type Loadable, loadSide } from './sides.ts';
import type { Row } from './suite.ts';

export type Mode = Extract<CompileOptions['optimize'], '2' | 's'>;

export interface Measurement {
  readonly row: number;
  readonly program: string;
  readonly mode: Mode;
  readonly cpu: CompileOptions['cpu'];
  /** null: it does not compile, see `error`. */
  readonly slots: number | null;
  readonly goal: number;
  /** clang-19 -O2 -mcpu=v3. */
  readonly c19: number | null;
  /** The least of all C compilers, and which one. */
  readonly anchor: number | null;
  readonly anchorBy: string | null;
  readonly verified: number | null;
  readonly verifiedC19: number | null;
  readonly jitBytes: number | null;
  readonly jitBytesC19: number | null;
  /** Nanoseconds of a run; null for tracing programs, whose runs the kernel does not repeat, and without a kernel. */
  readonly ns: number | null;
  readonly nsC19: number | null;
  readonly nsNoise: number | null;
  /** `listing`: only bare instructions are this small, an object has no way to say the address of a map's value. */
  readonly form: GoBuild['form'] | null;
  readonly error: string | null;
}

export interface CFigures {
  readonly c19: number | null;
  readonly anchor: number | null;
  readonly anchorBy: string | null;
  readonly object: Uint8Array | null;
}

/** The C versions; with `all`, of every compiler. */
export function measureC(row: Row, all: boolean): CFigures {
  const object = compileObject(row.name, reference);
  const c19 = object === null ? null : slotsOfObject(object);
  let best: { readonly slots: number; readonly by: string } | null =
    c19 === null ? null : { slots: c19, by: reference.name };
  for (const compiler of all ? anchors : []) {
    const made = compileObject(row.name, compiler);
    const slots = made === null ? null : slotsOfObject(made);
    if (slots !== null && (best === null || slots < best.slots)) best = { slots, by: compiler.name };
  }
  return { c19, anchor: best?.slots ?? null, anchorBy: best?.by ?? null, object };
}

function stats(system: System | null, loadable: Loadable | null): ProgramStats | string | null {
  if (system === null || loadable === null) return null;
  const side = loadSide(system, loadable, 'figures');
  try {
    const { program } = side;
    return program.ok
      ? program.stats
      : `${program.reason}: ${program.log.trim().split('\n').slice(-4).join(' | ')}`;
  } finally {
    side.close();
  }
}

export function measure(
  row: Row,
  mode: Mode,
  cpu: CompileOptions['cpu'],
  c: CFigures,
  system: System | null,
  timed: boolean,
): Measurement {
  const made = compileGo(row.name, { optimize: mode, cpu });
  const built = typeof made === 'string' ? null : made;
  const ours = stats(system, built?.loadable ?? null);
  const theirs =
    c.object === null ? null : stats(system, { kind: 'object', object: readBpfObject(c.object) });
  const times =
    !timed || system === null || built === null || c.object === null || typeof ours === 'string'
      ? null
      : nanoseconds(system, row.name, built.loadable, { kind: 'object', object: readBpfObject(c.object) });
  const number = (s: ProgramStats | string | null, of: 'processed' | 'jitedLen'): number | null =>
    s === null || typeof s === 'string' ? null : s[of];
  return {
    row: row.row,
    program: row.name,
    mode,
    cpu,
    slots: built?.slots ?? null,
    goal: mode === '2' ? row.goal.speed : row.goal.size,
    c19: c.c19,
    anchor: c.anchor,
    anchorBy: c.anchorBy,
    verified: number(ours, 'processed'),
    verifiedC19: number(theirs, 'processed'),
    jitBytes: number(ours, 'jitedLen'),
    jitBytesC19: number(theirs, 'jitedLen'),
    ns: times?.ours ?? null,
    nsC19: times?.theirs ?? null,
    nsNoise: times?.noise ?? null,
    form: built?.form ?? null,
    error:
      typeof made === 'string'
        ? made
        : typeof ours === 'string'
          ? ours
          : typeof theirs === 'string'
            ? `C: ${theirs}`
            : null,
  };
}
