/**
 * A version of a program in the kernel: the Go one from an object or from bare instructions, the C one from an object.
 *
 *     const side = loadSide(system, { kind: 'object', object: readBpfObject(bytes) }, 'tests');
 *     side.program                  // { ok: true, fd: 7, … } or the refusal with its log
 *     side.maps.get('txport')       // TxPort of the Go version, tx_port of the C version
 *     side.close();
 *
 * Both versions' maps go by names without case and `_`, so that what they hold can be compared.
 */

import { must } from '../src/base/assert.ts';
import { programRow } from '../src/bpf/programs.ts';
import { loadObject } from '../src/kernel/object.ts';
import { type LoadPlan, loadPlan } from '../src/kernel/plan.ts';
import type { LoadResult } from '../src/kernel/program.ts';
import type { System } from '../src/kernel/system.ts';
import type { BpfObject } from '../src/object/bpf-object.ts';

export type Loadable =
  | { readonly kind: 'plan'; readonly plan: LoadPlan }
  | { readonly kind: 'object'; readonly object: BpfObject };

export interface SideMap {
  readonly fd: number;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
}

export interface Side {
  readonly program: LoadResult;
  /** BPF_PROG_TYPE_ number that it was loaded as. */
  readonly type: number;
  /** Declared ones; no data sections. */
  readonly maps: ReadonlyMap<string, SideMap>;
  readonly close: () => void;
}

/** Tests load tracing programs as syscall programs, whose context is any memory as well, because the kernel runs them. */
export type Purpose = 'figures' | 'tests';

const typeOf = (section: string): number =>
  must(programRow(section), `no program type has the section ${section}`).row.typeId;

const tracepointType = typeOf('tracepoint');
const syscallType = typeOf('syscall');
const sleepable = 1 << 4;

const plainName = (name: string): string => name.toLowerCase().replaceAll('_', '');

function sideOfObject(system: System, object: BpfObject, purpose: Purpose): Side {
  const [program] = object.programs;
  const { name, section } = must(program, 'the object has no program');
  const retyped = purpose === 'tests' && typeOf(section) === tracepointType;
  const programs = object.programs.map((p) => (retyped ? { ...p, section: 'syscall' } : p));
  const loaded = loadObject(system, { ...object, programs });
  const result = must(loaded.programs.get(name), `no program ${name}`);
  if (!result.ok && result.errno === 0) {
    loaded.close();
    throw new Error(`${name}: ${result.reason}`);
  }
  const declared = [...loaded.maps].filter(([, { map }]) => map.content === null);
  return {
    program: result,
    type: retyped ? syscallType : typeOf(section),
    maps: new Map(
      declared.map(([mapName, { fd, map, maxEntries }]) => [plainName(mapName), { ...map, fd, maxEntries }]),
    ),
    close: loaded.close,
  };
}

function sideOfPlan(system: System, plan: LoadPlan, purpose: Purpose): Side {
  const programs = plan.programs.map((p) =>
    purpose === 'tests' && p.type === tracepointType
      ? { ...p, type: syscallType, expectedAttachType: 0, flags: sleepable }
      : p,
  );
  const [program] = programs;
  const { name, type } = must(program, 'the plan has no program');
  const loaded = loadPlan(system, { ...plan, programs });
  const declared = plan.maps.filter((map) => map.content === null);
  return {
    program: must(loaded.programs.get(name), `no program ${name}`),
    type,
    maps: new Map(
      declared.map((map) => [
        plainName(map.name),
        { ...map, fd: must(loaded.maps.get(map.name), `no map ${map.name}`) },
      ]),
    ),
    close: loaded.close,
  };
}

/** Loads the one program of `loadable` with maps of its own. */
export function loadSide(system: System, loadable: Loadable, purpose: Purpose): Side {
  switch (loadable.kind) {
    case 'object':
      return sideOfObject(system, loadable.object, purpose);
    case 'plan':
      return sideOfPlan(system, loadable.plan, purpose);
    default:
      return loadable satisfies never;
  }
}
