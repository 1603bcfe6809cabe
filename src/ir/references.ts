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
import { kfuncHas, kfuncPrototype, kfuncRelease } from '../bpf/kfuncs.ts';
import type { Func, Instr, MapDecl, ValueId } from './ir.ts';
import { bytesOf, type Pointers, pointersOf } from './pointers.ts';
import { definitionsOf, incomingValues, symbolOf } from './walk.ts';

/** How a kind of reference is spoken of, and what an abort does with one that is open. */
export interface ReferenceKind {
  /** `the record`. */
  readonly what: string;
  /** `submitted or discarded`. */
  readonly verb: string;
  /** The call that gives it back, and how many zero arguments follow the pointer; `bare`: it takes none at all. */
  readonly release: {
    readonly op: 'helper' | 'kfunc';
    readonly name: string;
    readonly flags: number;
    readonly bare?: boolean;
  };
  /** What is taken is the slot that the pointer points to. */
  readonly inSlot?: boolean;
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
  inSlot: true,
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

/** What was in a field that holds an object; given back as an object of the program's own. */
const exchanged: ReferenceKind = {
  ...object('bpf_obj_drop_impl'),
  release: { op: 'kfunc', name: 'bpf_obj_drop_impl', flags: 1 },
};

const takenByHelper: Readonly<Partial<Record<HelperName, ReferenceKind>>> = {
  ringbuf_reserve: record,
  ringbuf_reserve_dynptr: dynptr,
  sk_lookup_tcp: socket,
  sk_lookup_udp: socket,
  skc_lookup_tcp: socket,
  kptr_xchg: exchanged,
  spin_lock: lock,
};

const iterator = (destroy: string): ReferenceKind => ({
  what: 'the iterator',
  verb: 'destroyed',
  release: { op: 'kfunc', name: destroy, flags: 0 },
  inSlot: true,
  nilable: false,
});

/** A stretch of code that one kernel function opens and another closes: at most one of each is open. */
interface Section {
  readonly opens: string;
  readonly kind: ReferenceKind;
  /** Stands for the pointer that there is none of. */
  readonly pointer: ValueId;
}

const section = (opens: string, closes: string, what: string, pointer: ValueId): Section => ({
  opens,
  kind: {
    what,
    verb: 'ended',
    release: { op: 'kfunc', name: closes, flags: 0, bare: true },
    nilable: false,
  },
  pointer,
});
const sections: readonly Section[] = [
  section('bpf_rcu_read_lock', 'bpf_rcu_read_unlock', 'the RCU section', -1),
  section('bpf_preempt_disable', 'bpf_preempt_enable', 'the section without preemption', -2),
];

/** What a kernel function takes (KF_ACQUIRE, KF_ITER_NEW), or null. */
function takenByKfunc(name: string): ReferenceKind | null {
  if (kfuncHas(name, 'iter-new')) return iterator(name.replace(/_new$/, '_destroy'));
  const release = kfuncRelease(name);
  if (release === null) return null;
  const hidden = (kfuncPrototype(release)?.params.length ?? 1) - 1;
  const kind = object(release);
  return {
    ...kind,
    nilable: kfuncHas(name, 'ret-null'),
    release: { ...kind.release, flags: hidden },
  };
}

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
  /** Calls that give back what this function has never taken. */
  readonly strays: readonly { readonly instr: Instr; readonly kind: ReferenceKind }[];
}

/** What a call takes: the kind, and the pointer to it. `mapType`: of the helper's map. */
function takenBy(
  i: Instr,
  summaries: Summaries,
  mapType: string | null,
): { kind: ReferenceKind; pointer: ValueId } | null {
  const name = symbolOf(i) ?? '';
  if (i.op === 'helper' && isHelperName(name)) {
    const found = name === 'map_lookup_elem' && (mapType === 'sockmap' || mapType === 'sockhash');
    const kind = found ? socket : takenByHelper[name];
    if (kind === undefined) return null;
    const pointer =
      name === 'spin_lock' ? i.args[0] : name === 'ringbuf_reserve_dynptr' ? i.args[3] : i.result;
    return pointer === undefined || pointer === null ? null : { kind, pointer };
  }
  const opened = i.op === 'kfunc' ? sections.find(({ opens }) => opens === name) : undefined;
  if (opened !== undefined) return opened;
  const kind = i.op === 'kfunc' ? takenByKfunc(name) : i.op === 'call' ? summaries.get(name)?.returns : null;
  if (kind === undefined || kind === null) return null;
  const pointer = kind.inSlot === true ? i.args[0] : i.result;
  return pointer === undefined || pointer === null ? null : { kind, pointer };
}

/** The pointers that a call gives back, with their kind where only the call tells. */
function releasedBy(i: Instr, summaries: Summaries): readonly { kind: ReferenceKind; pointer: ValueId }[] {
  const name = symbolOf(i) ?? '';
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
              ? exchanged
              : record;
    return [{ kind, pointer }];
  }
  if (i.op === 'kfunc') {
    const ended = sections.find(({ kind }) => kind.release.name === name);
    if (ended !== undefined) return [ended];
    const pointer = i.args[0];
    if (pointer === undefined) return [];
    if (kfuncHas(name, 'iter-destroy')) return [{ kind: iterator(name), pointer }];
    return kfuncHas(name, 'release') ? [{ kind: object(name), pointer }] : [];
  }
  if (i.op !== 'call') return [];
  return [...(summaries.get(name)?.releases ?? [])].map(([at, kind]) => ({ kind, pointer: i.args[at]! }));
}

/** Classes of references, and which values and slots point to which: union by what meets in one value. */
interface PointsTo {
  readonly kinds: readonly ReferenceKind[];
  newClass(kind: ReferenceKind): number;
  find(c: number): number;
  point(value: ValueId, c: number): void;
  /** A slot that is the object itself (a dynptr). */
  pointSlot(value: ValueId, c: number): void;
  /** Follows copies, block parameters, pointer arithmetic and slots. */
  propagate(): void;
  classOf(value: ValueId): number | null;
}

function pointsTo(func: Func, instrs: readonly Instr[], pointers: Pointers): PointsTo {
  const kinds: ReferenceKind[] = [];
  const parent: number[] = [];
  const values = new Map<ValueId, number>();
  const objects = new Map<string, number>();
  const cells = new Map<string, number>();
  let changed = true;
  const find = (c: number): number => (parent[c] === c ? c : find(parent[c]!));
  const add = <K>(map: Map<K, number>, key: K, c: number): void => {
    const known = map.get(key);
    if (known === undefined) map.set(key, c);
    else if (find(known) === find(c)) return;
    else parent[find(c)] = find(known);
    changed = true;
  };
  const placeKey = (value: ValueId, more = 0): string | null => {
    const { slot, offset } = pointers.place(value);
    return slot === null ? null : `${slot} ${offset + more}`;
  };
  const step = (i: Instr): void => {
    const from = i.op === 'store.64' ? i.args[1] : i.args[0];
    if (from === undefined) return;
    if (i.op === 'ptroff' || i.op === 'ptradd') {
      const c = values.get(from);
      if (c !== undefined && i.result !== null) add(values, i.result, c);
    } else if (i.op === 'store.64' || (i.op === 'load.u64' && i.type === 'ptr')) {
      const key = placeKey(i.args[0]!, bytesOf(i));
      const c = key === null ? undefined : i.op === 'store.64' ? values.get(from) : cells.get(key);
      if (c === undefined || key === null) return;
      if (i.op === 'store.64') add(cells, key, c);
      else if (i.result !== null) add(values, i.result, c);
    }
  };
  return {
    kinds,
    newClass: (kind) => {
      kinds.push(kind);
      return parent.push(parent.length) - 1;
    },
    find,
    point: (value, c) => add(values, value, c),
    pointSlot: (value, c) => {
      const key = placeKey(value);
      if (key === null) add(values, value, c);
      else add(objects, key, c);
    },
    propagate: () => {
      const incoming = incomingValues(func);
      while (changed) {
        changed = false;
        for (const [param, args] of incoming)
          for (const arg of args) {
            const c = values.get(arg);
            if (c !== undefined) add(values, param, c);
          }
        for (const i of instrs) step(i);
      }
    },
    classOf: (value) => {
      const key = values.has(value) || objects.size === 0 ? null : placeKey(value);
      const c = values.get(value) ?? (key === null ? undefined : objects.get(key));
      return c === undefined ? null : find(c);
    },
  };
}

export function referencesOf(func: Func, summaries: Summaries, maps: readonly MapDecl[]): References {
  const definitions = definitionsOf(func);
  const pointers = pointersOf(func);
  const instrs = func.blocks.flatMap((b) => b.body);
  const to = pointsTo(func, instrs, pointers);
  const mapTypeOf = (i: Instr): string | null => {
    const map = definitions[i.args[0] ?? -1];
    const name = map?.op === 'mapaddr' ? symbolOf(map) : null;
    return maps.find((m) => m.name === name)?.type ?? null;
  };
  const taking = new Map<Instr, { class: number; pointer: ValueId }>();
  const releasing = new Map<Instr, ReturnType<typeof releasedBy>>();
  let locks: number | null = null;
  for (const i of instrs) {
    const released = releasedBy(i, summaries);
    if (released.length > 0) releasing.set(i, released);
    const taken = takenBy(i, summaries, mapTypeOf(i));
    if (taken === null) continue;
    if (taken.kind === lock) locks ??= to.newClass(lock);
    const c = taken.kind === lock && locks !== null ? locks : to.newClass(taken.kind);
    taking.set(i, { class: c, pointer: taken.pointer });
    if (taken.kind.inSlot === true) to.pointSlot(taken.pointer, c);
    else if (taken.kind !== lock) to.point(taken.pointer, c);
  }
  // Sockets and objects come from more kernel functions than the tables know; records do not.
  const isOwn = (kind: ReferenceKind, pointer: ValueId): boolean =>
    kind === record || kind === dynptr || (kind === socket && definitions[pointer]?.op === 'load.u64');
  // What a function gives back of what it is passed, it owns from its start.
  const owned = new Map<ValueId, number>();
  const params = new Set(func.program === null ? func.blocks[0]?.params.map((p) => p.id) : []);
  for (const { kind, pointer } of [...releasing.values()].flat()) {
    const { root } = pointers.place(pointer);
    if (kind === lock || !params.has(root)) continue;
    const c = owned.get(root) ?? to.newClass({ ...kind, nilable: true });
    owned.set(root, c);
    to.point(root, c);
  }
  if (to.kinds.length > 0) to.propagate();
  const strays = [...releasing].flatMap(([instr, released]) =>
    released
      .filter(({ kind, pointer }) =>
        kind === lock ? locks === null : isOwn(kind, pointer) && to.classOf(pointer) === null,
      )
      .map(({ kind }) => ({ instr, kind })),
  );
  const effects = new Map<Instr, ReferenceEffect>();
  for (const i of new Set([...taking.keys(), ...releasing.keys()])) {
    const taken = taking.get(i);
    const releases = (releasing.get(i) ?? []).flatMap(({ kind, pointer }) => {
      const c = kind === lock ? locks : to.classOf(pointer);
      return c === null ? [] : [{ class: c, pointer }];
    });
    const takes = taken === undefined ? null : { class: to.find(taken.class), pointer: taken.pointer };
    if (takes !== null || releases.length > 0) effects.set(i, { releases, takes });
  }
  // What an exchange gives, its value's type tells, which is not known here: it is given back as the program does it.
  const kindOf = (kind: ReferenceKind, c: number): ReferenceKind => {
    if (kind !== exchanged) return kind;
    const releases = [...releasing.values()].flat();
    const own = releases.find((r) => r.kind.release.op === 'kfunc' && to.classOf(r.pointer) === to.find(c));
    return own?.kind ?? kind;
  };
  return {
    classes: to.kinds.map((kind, c) => ({ kind: kindOf(kind, c) })),
    owned: new Map([...owned].map(([v, c]) => [v, to.find(c)])),
    effectOf: (i) => effects.get(i) ?? null,
    classOf: to.classOf,
    definitions,
    strays,
  };
}
