/** Helpers that work on maps, and callbacks in a loop. */

import type { Host, HostFunction } from '../host.ts';
import type { EventLog, QueueOperations, RingOperations, StorageOperations } from '../maps/map.ts';
import { Trap } from '../memory.ts';
import { loadDynptr, storeDynptr } from './memory.ts';
import { failures, type HelperTable } from './state.ts';

const keyAt = (host: Host, map: bigint, key: bigint): Uint8Array =>
  host.memory.read(key, host.map(map).decl.keySize);

const valueAt = (host: Host, map: bigint, value: bigint): Uint8Array =>
  host.memory.read(value, host.map(map).decl.valueSize);

function operations<T>(host: Host, map: bigint, of: T | undefined): T {
  if (of === undefined) throw new Trap(`a map of type ${host.map(map).decl.type} has no such operation`);
  return of;
}

const queueOf = (host: Host, map: bigint): QueueOperations => operations(host, map, host.map(map).queue);
const ringOf = (host: Host, map: bigint): RingOperations => operations(host, map, host.map(map).ring);
const eventsOf = (host: Host, map: bigint): EventLog => operations(host, map, host.map(map).events);
const storageOf = (host: Host, map: bigint): StorageOperations =>
  operations(host, map, host.map(map).storage);

const maxLoops = 8_388_608n;

const walking: HelperTable = {
  *for_each_map_elem(host, [map, callback, context, flags]) {
    if (flags !== 0n) return failures.invalid;
    let visited = 0n;
    for (const key of host.map(map!).keys()) {
      visited++;
      const cell = host.memory.allocate('key', key.slice(), { readOnly: true });
      const value = host.map(map!).lookup(key);
      const stop = yield { address: callback!, args: [map!, cell, value, context!] };
      host.memory.free(cell);
      if (stop !== 0n) break;
    }
    return visited;
  },
  *loop(_host, [count, callback, context, flags]) {
    const times = BigInt.asUintN(32, count!);
    if (flags !== 0n) return failures.invalid;
    if (times > maxLoops) return failures.tooBig;
    for (let i = 0n; i < times; i++) {
      const stop = yield { address: callback!, args: [i, context!] };
      if (stop !== 0n) return i + 1n;
    }
    return times;
  },
  *user_ringbuf_drain(host, [map, callback, context]) {
    const queue = queueOf(host, map!);
    let drained = 0n;
    for (let sample = queue.take(true); sample !== null; sample = queue.take(true)) {
      const dynptr = host.memory.allocate('dynptr', 16);
      const data = host.memory.allocate('sample', sample, { readOnly: true });
      storeDynptr(host, dynptr, data, BigInt(sample.length));
      drained++;
      const stop = yield { address: callback!, args: [dynptr, context!] };
      if (stop !== 0n) break;
    }
    return drained;
  },
};

/** Copies a value out of a queue; zeros when there is none. */
const takeValue =
  (remove: boolean): HostFunction =>
  (host, [map, to]) => {
    const queue = queueOf(host, map!);
    if (queue.contains !== null) return queue.contains(valueAt(host, map!, to!)) ? 0n : failures.noEntry;
    const value = queue.take(remove);
    host.memory.write(to!, value ?? new Uint8Array(host.map(map!).decl.valueSize));
    return value === null ? failures.noEntry : 0n;
  };

const currentCpu = 0xffff_ffffn;

/** Events of the processor that runs; others have no reader. */
const output: HostFunction = (host, [, map, flags, data, size]) => {
  if (flags! >> 52n !== 0n) return failures.invalid;
  const cpu = flags! & currentCpu;
  const { maxEntries } = host.map(map!).decl;
  if (cpu !== currentCpu && maxEntries !== 0 && cpu >= BigInt(maxEntries)) return failures.tooBig;
  if (cpu !== currentCpu && cpu !== 0n) return failures.noEntry;
  eventsOf(host, map!).push(host.memory.read(data!, Number(size)));
  return 0n;
};

function endRecord(host: Host, record: bigint, discard: boolean): void {
  const { commit } = host.memory.region(record);
  if (commit === null || !host.memory.startsAt(record))
    throw new Trap('what is submitted or discarded is no record that was reserved');
  commit(discard);
}

const rings: HelperTable = {
  ringbuf_reserve: (host, [map, size, flags]) =>
    flags === 0n ? ringOf(host, map!).reserve(Number(size)) : 0n,
  ringbuf_output: (host, [map, data, size, flags]) => {
    if (flags! > 3n) return failures.invalid;
    const ring = ringOf(host, map!);
    const record = ring.reserve(Number(size));
    if (record === 0n) return failures.again;
    host.memory.write(record, host.memory.read(data!, Number(size)).slice());
    endRecord(host, record, false);
    return 0n;
  },
  ringbuf_query: (host, [map, what]) => ringOf(host, map!).query(what!),
  ringbuf_reserve_dynptr: (host, [map, size, flags, to]) => {
    const record = flags === 0n ? ringOf(host, map!).reserve(Number(size)) : 0n;
    storeDynptr(host, to!, record, record === 0n ? 0n : size!);
    return record !== 0n ? 0n : flags === 0n ? failures.again : failures.invalid;
  },
};

const submit =
  (discard: boolean): HostFunction =>
  (host, [record]) => {
    endRecord(host, record!, discard);
    return 0n;
  };

const submitDynptr =
  (discard: boolean): HostFunction =>
  (host, [dynptr]) => {
    const { data } = loadDynptr(host, dynptr!);
    if (data !== 0n) endRecord(host, data, discard);
    storeDynptr(host, dynptr!, 0n, 0n);
    return 0n;
  };

const storing: HelperTable = Object.fromEntries(
  (['sk', 'task', 'inode', 'cgrp'] as const).flatMap((what): [string, HostFunction][] => [
    [
      `${what}_storage_get`,
      (host, [map, owner, initial, flags]) => {
        const value = initial === 0n ? null : valueAt(host, map!, initial!);
        return storageOf(host, map!).get(owner!, value, flags === 1n);
      },
    ],
    [`${what}_storage_delete`, (host, [map, owner]) => storageOf(host, map!).remove(owner!)],
  ]),
);

function underCgroup(host: Host, map: bigint, index: bigint): bigint {
  if (index >= BigInt(host.map(map).decl.maxEntries)) return failures.tooBig;
  return host.map(map).lookup(host.memory.encode(index, 4)) === 0n ? failures.again : 1n;
}

export const mapHelpers: HelperTable = {
  map_lookup_elem: (host, [map, key]) => host.map(map!).lookup(keyAt(host, map!, key!)),
  map_update_elem: (host, [map, key, value, flags]) =>
    host.map(map!).update(keyAt(host, map!, key!), valueAt(host, map!, value!), flags!),
  map_delete_elem: (host, [map, key]) => host.map(map!).delete(keyAt(host, map!, key!)),
  map_lookup_percpu_elem: (host, [map, key, cpu]) =>
    cpu === 0n ? host.map(map!).lookup(keyAt(host, map!, key!)) : 0n,
  map_push_elem: (host, [map, value, flags]) => queueOf(host, map!).push(valueAt(host, map!, value!), flags!),
  map_pop_elem: takeValue(true),
  map_peek_elem: takeValue(false),
  perf_event_output: output,
  skb_output: output,
  xdp_output: output,
  perf_event_read: () => failures.noEntry,
  perf_event_read_value: () => failures.noEntry,
  get_local_storage: (host, [map]) => storageOf(host, map!).get(0n, null, true),
  skb_under_cgroup: (host, [, map, index]) => underCgroup(host, map!, index!),
  current_task_under_cgroup: (host, [map, index]) => underCgroup(host, map!, index!),
  ...walking,
  ringbuf_submit: submit(false),
  ringbuf_discard: submit(true),
  ringbuf_submit_dynptr: submitDynptr(false),
  ringbuf_discard_dynptr: submitDynptr(true),
  ...rings,
  ...storing,
};
