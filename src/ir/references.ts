/**
 * What a function has to give back: records of ring buffers, sockets, kernel objects, locks. Which instructions take
 * such a reference, which give it back, and which values point to it.
 *
 *     v1: ptr = helper @ringbuf_reserve(…)     takes class 0, a record
 *     v2(b3)  = v1 or nil                      points to class 0
 *     helper @ringbuf_submit(v2, …)            gives class 0 back
 *
 * References whose pointers meet in one value are one class: one at a time is held. The tables say what takes and
 * gives; of functions of the module their summaries do.
 */

import { type HelperName, helpers, isHelperName } from '../bpf/helpers.ts';
import type { Func, Instr, MapDecl, ValueId } from './ir.ts';
import { pointersOf } from './pointers.ts';
import { definitionsOf, incomingValues } from './walk.ts';

/** How a kind of reference is spoken of, and what an abort does with one that is open. */
export interface ReferenceKind {
  /** `the record`. */
  readonly what: string;
  /** `submitted or discarded`. */
  readonly verb: string;
  /** The call that gives it back, and how many zero flags follow the pointer. */
  readonly release: { readonly op: 'helper' | 'kfunc'; readonly name: string; readonly flags: number };
  /** May it be nil when taken? */
  readonly nilable: boolean;
}

const record: ReferenceKind = {
  what: 'the record',
  verb: 'submitted or discarded',
  release: { op: 'helper', name: 'ringbuf_discard', flags: 1 },
  nilable: true,
};
const dynptr: ReferenceKind = {
  ...record,
  release: { op: 'helper', name: 'ringbuf_discard_dynptr', flags: 1 },
  nilable: false,
};
const socket: ReferenceKind = {
  what: 'the socket',
  verb: 'released',
  release: { op: 'helper', name: 'sk_release', flags: 0 },
  nilable: true,
};
export const lock: ReferenceKind = {
  what: 'the lock',
  verb: 'unlocked',
  release: { op: 'helper', name: 'spin_unlock', flags: 0 },
  nilable: false,
};
const object = (name: string): ReferenceKind => ({
  what: 'the object',
  verb: 'released',
  release: { op: 'kfunc', name, flags: 0 },
  nilable: true,
});

const takenByHelper: Readonly<Partial<Record<HelperName, ReferenceKind>>> = {
  ringbuf_reserve: record,
  ringbuf_reserve_dynptr: dynptr,
  sk_lookup_tcp: socket,
  sk_lookup_udp: socket,
  skc_lookup_tcp: socket,
  kptr_xchg: object('bpf_obj_drop_impl'),
  spin_lock: lock,
};

/** Kernel functions that give a reference, with the one that takes it back (KF_ACQUIRE and KF_RELEASE). */
const takenByKfunc: Readonly<Record<string, ReferenceKind>> = {
  bpf_task_acquire: object('bpf_task_release'),
  bpf_task_from_pid: object('bpf_task_release'),
  bpf_task_from_vpid: object('bpf_task_release'),
  bpf_cgroup_acquire: object('bpf_cgroup_release'),
  bpf_cgroup_from_id: object('bpf_cgroup_release'),
  bpf_cgroup_ancestor: object('bpf_cgroup_release'),
  bpf_cpumask_create: object('bpf_cpumask_release'),
  bpf_cpumask_acquire: object('bpf_cpumask_release'),
};
const releasingKfunc = /_(release|drop|put|drop_impl)$/;

/** What callers have to know of a function. */
export interface ReferenceSummary {
  /** Parameters that the function gives back, by index. */
  readonly releases: ReadonlyMap<number, ReferenceKind>;
  /** Its result is a reference that the caller has to give back. */
  readonly returns: ReferenceKind | null;
}

export type Summaries = ReadonlyMap<string, ReferenceSummary>;

export interface ReferenceClass {
  readonly kind: ReferenceKind;
}

/** What an instruction does with references. */
export interface ReferenceEffect {
  /** Classes given back, with the pointer. */
  readonly releases: readonly { readonly class: number; readonly pointer: ValueId }[];
  readonly takes: { readonly class: number; readonly pointer: ValueId } | null;
}

export interface References {
  readonly classes: readonly ReferenceClass[];
  /** Parameters that are references from the start: class by value. */
  readonly owned: ReadonlyMap<ValueId, number>;
  effectOf(instr: Instr): ReferenceEffect | null;
  /** The class that a value points to (into), or null. */
  classOf(value: ValueId): number | null;
  readonly definitions: readonly (Instr | undefined)[];
}

const symbolOf = (i: Instr): string =>
  typeof i.imm === 'object' && i.imm?.kind === 'symbol' ? i.imm.name : '';

/** What a call takes: the kind, and the pointer to it. `mapType`: of the helper's map. */
function takenBy(
  i: Instr,
  summaries: Summaries,
  mapType: string | null,
): { kind: ReferenceKind; pointer: ValueId } | null {
  const name = symbolOf(i);
  if (i.op === 'helper' && isHelperName(name)) {
    const found = name === 'map_lookup_elem' && (mapType === 'sockmap' || mapType === 'sockhash');
    const kind = found ? socket : takenByHelper[name];
    if (kind === undefined) return null;
    const pointer =
      name === 'spin_lock' ? i.args[0] : name === 'ringbuf_reserve_dynptr' ? i.args[3] : i.result;
    return pointer === undefined || pointer === null ? null : { kind, pointer };
  }
  const kind = i.op === 'kfunc' ? takenByKfunc[name] : i.op === 'call' ? summaries.get(name)?.returns : null;
  return kind === undefined || kind === null || i.result === null ? null : { kind, pointer: i.result };
}

/** The pointers that a call gives back, with their kind where only the call tells. */
function releasedBy(i: Instr, summaries: Summaries): readonly { kind: ReferenceKind; pointer: ValueId }[] {
  const name = symbolOf(i);
  if (i.op === 'helper' && isHelperName(name)) {
    const at = name === 'spin_unlock' ? 0 : helpers[name].releases;
    const pointer = at === undefined ? undefined : i.args[at];
    if (pointer === undefined) return [];
    const kind =
      name === 'spin_unlock'
        ? lock
        : name.endsWith('_dynptr')
          ? dynptr
          : name === 'sk_release'
            ? socket
            : name === 'kptr_xchg'
              ? object('bpf_obj_drop_impl')
              : record;
    return [{ kind, pointer }];
  }
  if (i.op === 'kfunc' && releasingKfunc.test(name)) {
    const pointer = i.args[0];
    return pointer === undefined ? [] : [{ kind: object(name), pointer }];
  }
  if (i.op !== 'call') return [];
  return [...(summaries.get(name)?.releases ?? [])].map(([at, kind]) => ({ kind, pointer: i.args[at]! }));
}

export function referencesOf(func: Func, summaries: Summaries, maps: readonly MapDecl[]): References {
  const definitions = definitionsOf(func);
  const pointers = pointersOf(func);
  const instrs = func.blocks.flatMap((b) => b.body);
  const kinds: ReferenceKind[] = [];
  const parent: number[] = [];
  const find = (c: number): number => (parent[c] === c ? c : find(parent[c]!));
  const newClass = (kind: ReferenceKind): number => {
    kinds.push(kind);
    parent.push(parent.length);
    return parent.length - 1;
  };
  const points = new Map<ValueId, number>();
  const slots = new Map<number, number>();
  let changed = true;
  const merge = (a: number, b: number): void => {
    if (find(a) === find(b)) return;
    parent[find(b)] = find(a);
    changed = true;
  };
  const point = (v: ValueId, c: number): void => {
    const known = points.get(v);
    if (known !== undefined) {
      merge(known, c);
      return;
    }
    points.set(v, c);
    changed = true;
  };
  const slotKey = (v: ValueId): number | null => {
    const place = pointers.place(v);
    return place.slot === null ? null : place.slot * 65536 + place.offset;
  };

  const locks = instrs.some((i) => i.op === 'helper' && symbolOf(i) === 'spin_lock') ? newClass(lock) : null;
  const taking = new Map<Instr, { class: number; pointer: ValueId }>();
  const dynptrs = new Map<number, number>();
  for (const i of instrs) {
    const map = definitions[i.args[0] ?? -1];
    const mapName = map?.op === 'mapaddr' ? symbolOf(map) : null;
    const taken = takenBy(i, summaries, maps.find((m) => m.name === mapName)?.type ?? null);
    if (taken === null) continue;
    const c = taken.kind === lock && locks !== null ? locks : newClass(taken.kind);
    taking.set(i, { class: c, pointer: taken.pointer });
    if (taken.kind === lock) continue;
    const slot = taken.kind === dynptr ? slotKey(taken.pointer) : null;
    if (slot === null) point(taken.pointer, c);
    else if (dynptrs.has(slot)) merge(dynptrs.get(slot)!, c);
    else dynptrs.set(slot, c);
  }
  const owned = new Map<ValueId, number>();
  if (func.program === null) {
    for (const i of instrs) {
      for (const { kind, pointer } of releasedBy(i, summaries)) {
        const { root } = pointers.place(pointer);
        if (kind === lock || !(func.blocks[0]?.params.some((p) => p.id === root) ?? false)) continue;
        if (!owned.has(root)) owned.set(root, newClass({ ...kind, nilable: true }));
        point(root, owned.get(root)!);
      }
    }
  }
  const incoming = incomingValues(func);
  while (changed) {
    changed = false;
    for (const [param, args] of incoming)
      for (const arg of args) {
        const c = points.get(arg);
        if (c !== undefined) point(param, c);
      }
    for (const i of instrs) {
      if ((i.op === 'ptroff' || i.op === 'ptradd') && i.result !== null) {
        const c = points.get(i.args[0]!);
        if (c !== undefined) point(i.result, c);
      } else if (i.op === 'store.64') {
        const c = points.get(i.args[1]!);
        const key = c === undefined ? null : slotKey(i.args[0]!);
        if (c === undefined || key === null) continue;
        const known = slots.get(key + Number(i.imm));
        if (known === undefined) {
          slots.set(key + Number(i.imm), c);
          changed = true;
        } else merge(known, c);
      } else if (i.op === 'load.u64' && i.type === 'ptr' && i.result !== null) {
        const key = slotKey(i.args[0]!);
        const c = key === null ? undefined : slots.get(key + Number(i.imm));
        if (c !== undefined) point(i.result, c);
      }
    }
  }
  const classOf = (v: ValueId): number | null => {
    const c = points.get(v);
    if (c !== undefined) return find(c);
    const slot = dynptrs.size === 0 ? null : slotKey(v);
    const d = slot === null ? undefined : dynptrs.get(slot);
    return d === undefined ? null : find(d);
  };
  const effects = new Map<Instr, ReferenceEffect>();
  for (const i of instrs) {
    const taken = taking.get(i);
    const releases = releasedBy(i, summaries).flatMap(({ kind, pointer }) => {
      const c = kind === lock ? locks : classOf(pointer);
      return c === null ? [] : [{ class: c, pointer }];
    });
    if (taken === undefined && releases.length === 0) continue;
    effects.set(i, {
      releases,
      takes: taken === undefined ? null : { class: find(taken.class), pointer: taken.pointer },
    });
  }
  return {
    classes: kinds.map((kind) => ({ kind })),
    owned: new Map([...owned].map(([v, c]) => [v, find(c)])),
    effectOf: (i) => effects.get(i) ?? null,
    classOf,
    definitions,
  };
}
