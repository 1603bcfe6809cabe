/**
 * Maps in one process, for the SSA evaluator and the VM: every type that a program can use without a kernel behind it.
 * One processor runs, so that values per processor are one value.
 */

import { isMapType, type MapDecl, type MapTypeName } from '../../bpf/maps.ts';
import { type Memory, Trap } from '../memory.ts';
import { arrayMap, tableMap } from './array.ts';
import { hashMap, lpmTrie } from './hash.ts';
import type { ModelMap } from './map.ts';
import { bloomFilter, queueMap } from './queue.ts';
import { perfArray, ringMap } from './ring.ts';
import { storageMap } from './storage.ts';

type Make = (decl: MapDecl, handle: bigint, memory: Memory) => ModelMap;

/** Lookups give a pointer to what user space has put there. */
const valueTable: Make = (decl, handle, memory) =>
  tableMap(decl, handle, memory, (bytes) =>
    memory.allocate(`value of ${decl.name}`, bytes.slice(), { readOnly: true }),
  );

/** Lookups give what user space has put there itself: the address of a map, say. */
const pointerTable: Make = (decl, handle, memory) =>
  tableMap(decl, handle, memory, (bytes) => memory.decode(bytes));

const makers: Readonly<Record<MapTypeName, Make | null>> = {
  hash: hashMap,
  array: arrayMap,
  prog_array: valueTable,
  perf_event_array: perfArray,
  percpu_hash: hashMap,
  percpu_array: arrayMap,
  stack_trace: hashMap,
  cgroup_array: valueTable,
  lru_hash: hashMap,
  lru_percpu_hash: hashMap,
  lpm_trie: lpmTrie,
  array_of_maps: pointerTable,
  hash_of_maps: pointerTable,
  devmap: valueTable,
  sockmap: valueTable,
  cpumap: valueTable,
  xskmap: valueTable,
  sockhash: valueTable,
  cgroup_storage: storageMap,
  reuseport_sockarray: valueTable,
  percpu_cgroup_storage: storageMap,
  queue: queueMap,
  stack: queueMap,
  sk_storage: storageMap,
  devmap_hash: valueTable,
  struct_ops: arrayMap,
  ringbuf: ringMap,
  inode_storage: storageMap,
  task_storage: storageMap,
  bloom_filter: bloomFilter,
  user_ringbuf: queueMap,
  cgrp_storage: storageMap,
  arena: null,
};

export function createMap(decl: MapDecl, memory: Memory): ModelMap {
  const handle = memory.allocate(`map ${decl.name}`, 0);
  const make = isMapType(decl.type) ? makers[decl.type] : null;
  if (make !== null) return make(decl, handle, memory);
  const none = (): never => {
    throw new Trap(`maps of type ${decl.type} are not simulated`);
  };
  return { decl, handle, lookup: none, update: none, delete: none, keys: () => [] };
}
