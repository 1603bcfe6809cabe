/**
 * What memory an access may touch, and what memory a call may change.
 *
 *     load.u32 v1 + 4        v1 from map_lookup_elem of @Counts: { region: 'map @Counts', root: v1, offset 4, 4 bytes }
 *     store.8 v2 + 0         v2 from the context's packet field: another region, they do not overlap
 *
 * Regions are disjoint but for `any`, which overlaps all. Two accesses with one root overlap as their offsets do.
 * Invariant: what is not known for sure is `any`.
 */

import { type HelperRow, helpers } from '../bpf/helpers.ts';
import type { Func, Instr, ValueId } from './ir.ts';
import { type OpName, opRow } from './ops.ts';
import { packetPointers } from './packets.ts';
import { bytesOf, pointersOf } from './pointers.ts';
import { symbolOf } from './walk.ts';

export interface Access {
  readonly region: string;
  readonly root: ValueId;
  readonly offset: number;
  readonly bytes: number;
}

/** What an instruction may change: one place, everything but some regions, or nothing. */
export type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'place'; readonly access: Access }
  | { readonly kind: 'all'; readonly except: (region: string) => boolean };

export interface Regions {
  /** The place that a load, store or atomic names; null for other ops. */
  accessOf(i: Instr): Access | null;
  changeOf(i: Instr): Change;
}

const rows: Readonly<Record<string, HelperRow>> = helpers;

/** Helpers that change no memory that a program sees, but for what their arguments say and maps (`quiet` but named). */
const quiet: ReadonlySet<string> = new Set([
  'map_lookup_elem',
  'ktime_get_ns',
  'ktime_get_boot_ns',
  'get_prandom_u32',
  'get_smp_processor_id',
  'get_current_pid_tgid',
  'get_current_uid_gid',
  'get_current_task',
  'jiffies64',
  'trace_printk',
  'redirect',
  'redirect_map',
  'csum_diff',
  'ringbuf_reserve',
  'ringbuf_submit',
  'ringbuf_discard',
  'ringbuf_output',
  'fib_lookup',
  'skb_load_bytes',
  'xdp_load_bytes',
  'get_current_comm',
  'probe_read',
  'probe_read_user',
  'probe_read_kernel',
  'probe_read_str',
  'probe_read_user_str',
  'probe_read_kernel_str',
]);
/** Helpers that change maps, and nothing else. */
const mapping: ReadonlySet<string> = new Set(['map_update_elem', 'map_delete_elem', 'map_push_elem']);

export const mayOverlap = (a: Access, b: Access): boolean => {
  if (a.region !== b.region) return a.region === 'any' || b.region === 'any';
  return a.root !== b.root || (a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes);
};

/** Regions that only stores of this function change between calls of quiet helpers. */
const isMap = (region: string): boolean => region.startsWith('map');

const isAccess = (op: OpName): boolean =>
  op.startsWith('load.') || op.startsWith('store.') || op.startsWith('atomic.');

export function regionsOf(f: Func): Regions {
  const pointers = pointersOf(f);
  const { definitions } = pointers;
  const context = f.program === null ? undefined : f.blocks[0]?.params[0]?.id;
  const leaked = leakedSlots(f, (v) => pointers.place(v).slot);
  const known = new Map<ValueId, string>();

  const isPacket = packetPointers(f);
  const classify = (root: ValueId): string => {
    if (root === context) return 'context';
    if (isPacket(root)) return 'packet';
    let at = root;
    let d = definitions[at];
    while (d?.op === 'ptradd') {
      at = pointers.place(d.args[0]!).root;
      d = definitions[at];
    }
    switch (d?.op) {
      case 'mapvalue':
        return `map ${symbolOf(d) ?? ''}`;
      case 'globaladdr':
        return 'globals';
      case 'helper': {
        if (symbolOf(d) === 'ringbuf_reserve') return `record ${d.result}`;
        const map = definitions[d.args[0] ?? -1];
        return symbolOf(d) === 'map_lookup_elem' && map?.op === 'mapaddr'
          ? `map ${symbolOf(map) ?? ''}`
          : 'any';
      }
      default:
        return 'any';
    }
  };

  const place = (pointer: ValueId, displacement: number, bytes: number): Access => {
    const { root, slot, offset } = pointers.place(pointer);
    if (slot !== null) {
      // Roots of one slot differ (each slotaddr is one): the slot's own number stands for them.
      const region = `slot ${slot}`;
      return { region, root: -1 - slot, offset: offset + displacement, bytes };
    }
    let region = known.get(root);
    if (region === undefined) {
      region = classify(root);
      known.set(root, region);
    }
    const d = definitions[root];
    if (d?.op === 'mapvalue' && typeof d.imm === 'object' && d.imm?.kind === 'symbol')
      return { region, root: -1, offset: offset + displacement + d.imm.offset, bytes };
    return { region, root, offset: offset + displacement, bytes };
  };

  const accessOf = (i: Instr): Access | null =>
    isAccess(i.op) ? place(i.args[0]!, bytesOf(i), opRow(i.op).access! / 8) : null;

  const unleaked = (region: string): boolean =>
    region.startsWith('slot ') && !leaked.has(Number(region.slice(5)));
  const everything: Change = { kind: 'all', except: unleaked };

  const changeOf = (i: Instr): Change => {
    const row = opRow(i.op);
    if (row.effect === 'pure' || row.effect === 'read') return { kind: 'none' };
    const access = accessOf(i);
    // An atomic operation orders what others see; of a slot of its own alone nobody sees anything.
    if (access !== null && (!i.op.startsWith('atomic.') || unleaked(access.region)))
      return access.region === 'any' ? everything : { kind: 'place', access };
    if (i.op !== 'helper') return everything;
    const name = symbolOf(i) ?? '';
    const helper = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (helper === undefined || helper.movesPacket) return everything;
    const writes = i.args.some((_, at) => /write|out|mem-fixed|dynptr/.test(helper.args[at]?.kind ?? ''));
    if (mapping.has(name)) return { kind: 'all', except: (r) => r !== 'any' && !isMap(r) };
    if (!quiet.has(name)) return everything;
    if (!writes && name !== 'fib_lookup') return { kind: 'none' };
    // What it writes is behind a pointer argument: a slot whose address leaks, a record, a map value.
    return {
      kind: 'all',
      except: (r) => unleaked(r) || r === 'context' || r === 'packet' || r === 'globals',
    };
  };
  return { accessOf, changeOf };
}

/** Slots whose address is more than the place of a load or store. */
function leakedSlots(f: Func, slotOf: (v: ValueId) => number | null): ReadonlySet<number> {
  const leaked = new Set<number>();
  const leak = (v: ValueId): void => {
    const slot = slotOf(v);
    if (slot !== null) leaked.add(slot);
  };
  for (const b of f.blocks) {
    for (const i of b.body) {
      if (i.op === 'ptroff') continue;
      i.args.forEach((v, at) => {
        if (at > 0 || !isAccess(i.op)) leak(v);
      });
    }
    if (b.end.kind === 'jump') b.end.target.args.forEach(leak);
    if (b.end.kind === 'branch') [...b.end.then.args, ...b.end.else.args].forEach(leak);
    if (b.end.kind === 'return' && b.end.value !== null) leak(b.end.value);
  }
  return leaked;
}
