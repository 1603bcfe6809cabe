/**
 * The map type table: one row per kernel map type, with the SDK's generic type for it.
 *
 *     mapRowOfSdk('HashMap')   → hash: key and value of any type, MaxEntries
 *     maps.ringbuf.size        → 'bytes': its Size field is max_entries
 *
 * Facts of include/uapi/linux/bpf.h, of the *_map_alloc_check functions and of check_map_func_compatibility (read).
 */

/** What a map's SDK methods and the helpers behind them do. */
export type MapOperation =
  | 'lookup'
  | 'update'
  | 'delete'
  | 'for-each'
  | 'lookup-percpu'
  | 'push'
  | 'pop'
  | 'peek'
  | 'tail-call'
  | 'output'
  | 'read-counter'
  | 'stack-id'
  | 'under-cgroup'
  | 'redirect'
  | 'sk-redirect'
  | 'sk-redirect-hash'
  | 'msg-redirect'
  | 'msg-redirect-hash'
  | 'sock-update'
  | 'sock-update-hash'
  | 'select-reuseport'
  | 'local-storage'
  | 'sk-storage'
  | 'inode-storage'
  | 'task-storage'
  | 'cgrp-storage'
  | 'reserve'
  | 'query'
  | 'drain';

/** What the kernel has to know of in a map's values. */
export const heldFields = ['spin-lock', 'timer', 'kptr'] as const;
export type HeldField = (typeof heldFields)[number];

/** A map as the loader creates it. */
export interface MapDecl {
  readonly name: string;
  /** Kernel's name in lower case without BPF_MAP_TYPE_: `hash`, `percpu_array`, `ringbuf`. */
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly pin: boolean;
  /** Absent: nothing. */
  readonly holds?: readonly HeldField[];
}

export interface MapRow {
  /** BPF_MAP_TYPE_ number. */
  readonly id: number;
  /** Name of the SDK's generic type: `HashMap`. */
  readonly sdk: string;
  /** What its type parameters are. */
  readonly params: readonly ('key' | 'value' | 'inner' | 'program' | 'struct')[];
  /** Size of the key when the type fixes it (4 for arrays), else null. */
  readonly keySize: number | null;
  /** Size of the value when the type fixes it, else null. */
  readonly valueSize: number | null;
  /** BPF_F_ flags that the type always needs. */
  readonly flags: number;
  /** BPF_F_ flags that it can have (measured on 6.18; of maps of maps and storages, read). */
  readonly takes: number;
  /** May `//bpf:map KIND N` declare it with Go's map type? */
  readonly goMap: boolean;
  /**
   * What max_entries is: a count that the program must give, a count that defaults to the number of processors,
   * bytes (`Size`, a power of two and a multiple of the page size), pages, or always 0 or 1.
   */
  readonly size: 'entries' | 'processors' | 'bytes' | 'pages' | 'zero' | 'one';
  /** BTF of key and value: the kernel needs it, takes it, or refuses it. */
  readonly btf: 'required' | 'allowed' | 'refused';
  readonly operations: readonly MapOperation[];
  /** One value per processor; the value's size is rounded up to 8 for user space. */
  readonly percpu: boolean;
  /** May values hold a SpinLock, a Timer, a Kptr? */
  readonly holds: readonly HeldField[];
  /** May sleepable programs use it? */
  readonly sleepable: boolean;
  /** First kernel (read). */
  readonly since: string;
}

// biome-ignore format: one row a line
const rows = {
  hash: { id: 1, sdk: 'HashMap', params: ['key', 'value'], keySize: null, valueSize: null, flags: 0, takes: 0x1dd, goMap: true, size: 'entries', btf: 'allowed', operations: ['lookup', 'update', 'delete', 'for-each'], percpu: false, holds: ['spin-lock', 'timer', 'kptr'], sleepable: true, since: '3.19' },
  array: { id: 2, sdk: 'Array', params: ['value'], keySize: 4, valueSize: null, flags: 0, takes: 0x159c, goMap: true, size: 'entries', btf: 'allowed', operations: ['lookup', 'update', 'for-each'], percpu: false, holds: ['spin-lock', 'timer', 'kptr'], sleepable: true, since: '3.19' },
  prog_array: { id: 3, sdk: 'ProgArray', params: ['program'], keySize: 4, valueSize: 4, flags: 0, takes: 0x1c, goMap: false, size: 'entries', btf: 'refused', operations: ['tail-call'], percpu: false, holds: [], sleepable: false, since: '4.2' },
  perf_event_array: { id: 4, sdk: 'PerfEventArray', params: ['value'], keySize: 4, valueSize: 4, flags: 0, takes: 0x81c, goMap: false, size: 'processors', btf: 'refused', operations: ['output', 'read-counter'], percpu: false, holds: [], sleepable: false, since: '4.3' },
  percpu_hash: { id: 5, sdk: 'PerCPUHashMap', params: ['key', 'value'], keySize: null, valueSize: null, flags: 0, takes: 0x1d9, goMap: false, size: 'entries', btf: 'allowed', operations: ['lookup', 'update', 'delete', 'for-each', 'lookup-percpu'], percpu: true, holds: ['kptr'], sleepable: true, since: '4.6' },
  percpu_array: { id: 6, sdk: 'PerCPUArray', params: ['value'], keySize: 4, valueSize: null, flags: 0, takes: 0x198, goMap: false, size: 'entries', btf: 'allowed', operations: ['lookup', 'update', 'for-each', 'lookup-percpu'], percpu: true, holds: ['kptr'], sleepable: true, since: '4.6' },
  stack_trace: { id: 7, sdk: 'StackTrace', params: [], keySize: 4, valueSize: 1016, flags: 0, takes: 0x1c, goMap: false, size: 'entries', btf: 'refused', operations: ['stack-id'], percpu: false, holds: [], sleepable: false, since: '4.6' },
  cgroup_array: { id: 8, sdk: 'CgroupArray', params: [], keySize: 4, valueSize: 4, flags: 0, takes: 0x1c, goMap: false, size: 'entries', btf: 'refused', operations: ['under-cgroup'], percpu: false, holds: [], sleepable: false, since: '4.8' },
  lru_hash: { id: 9, sdk: 'LRUHashMap', params: ['key', 'value'], keySize: null, valueSize: null, flags: 0, takes: 0x1de, goMap: true, size: 'entries', btf: 'allowed', operations: ['lookup', 'update', 'delete', 'for-each'], percpu: false, holds: ['timer', 'kptr'], sleepable: true, since: '4.10' },
  lru_percpu_hash: { id: 10, sdk: 'LRUPerCPUHashMap', params: ['key', 'value'], keySize: null, valueSize: null, flags: 0, takes: 0x1da, goMap: false, size: 'entries', btf: 'allowed', operations: ['lookup', 'update', 'delete', 'for-each', 'lookup-percpu'], percpu: true, holds: ['kptr'], sleepable: true, since: '4.10' },
  lpm_trie: { id: 11, sdk: 'LPMTrie', params: ['key', 'value'], keySize: null, valueSize: null, flags: 1, takes: 0x19d, goMap: false, size: 'entries', btf: 'allowed', operations: ['lookup', 'update', 'delete'], percpu: false, holds: [], sleepable: false, since: '4.11' },
  array_of_maps: { id: 12, sdk: 'ArrayOfMaps', params: ['inner'], keySize: 4, valueSize: 4, flags: 0, takes: 0x19c, goMap: false, size: 'entries', btf: 'refused', operations: ['lookup'], percpu: false, holds: [], sleepable: true, since: '4.12' },
  hash_of_maps: { id: 13, sdk: 'HashOfMaps', params: ['key', 'inner'], keySize: null, valueSize: 4, flags: 0, takes: 0x1dd, goMap: false, size: 'entries', btf: 'refused', operations: ['lookup'], percpu: false, holds: [], sleepable: true, since: '4.12' },
  devmap: { id: 14, sdk: 'DevMap', params: [], keySize: 4, valueSize: 8, flags: 0, takes: 0x1c, goMap: false, size: 'entries', btf: 'refused', operations: ['lookup', 'redirect'], percpu: false, holds: [], sleepable: false, since: '4.14' },
  sockmap: { id: 15, sdk: 'SockMap', params: [], keySize: 4, valueSize: 4, flags: 0, takes: 0x1c, goMap: false, size: 'entries', btf: 'refused', operations: ['lookup', 'delete', 'sk-redirect', 'msg-redirect', 'sock-update', 'select-reuseport'], percpu: false, holds: [], sleepable: false, since: '4.14' },
  cpumap: { id: 16, sdk: 'CPUMap', params: [], keySize: 4, valueSize: 8, flags: 0, takes: 0x4, goMap: false, size: 'entries', btf: 'refused', operations: ['redirect'], percpu: false, holds: [], sleepable: false, since: '4.15' },
  xskmap: { id: 17, sdk: 'XSKMap', params: [], keySize: 4, valueSize: 4, flags: 0, takes: 0x1c, goMap: false, size: 'entries', btf: 'refused', operations: ['lookup', 'redirect'], percpu: false, holds: [], sleepable: false, since: '4.18' },
  sockhash: { id: 18, sdk: 'SockHash', params: ['key'], keySize: null, valueSize: 4, flags: 0, takes: 0x1c, goMap: false, size: 'entries', btf: 'refused', operations: ['lookup', 'delete', 'sk-redirect-hash', 'msg-redirect-hash', 'sock-update-hash', 'select-reuseport'], percpu: false, holds: [], sleepable: false, since: '4.18' },
  cgroup_storage: { id: 19, sdk: 'CgroupStorage', params: ['value'], keySize: 16, valueSize: null, flags: 0, takes: 0x19c, goMap: false, size: 'zero', btf: 'allowed', operations: ['local-storage'], percpu: false, holds: ['spin-lock'], sleepable: false, since: '4.19' },
  reuseport_sockarray: { id: 20, sdk: 'ReuseportSockArray', params: [], keySize: 4, valueSize: 4, flags: 0, takes: 0x19c, goMap: false, size: 'entries', btf: 'refused', operations: ['select-reuseport'], percpu: false, holds: [], sleepable: false, since: '4.19' },
  percpu_cgroup_storage: { id: 21, sdk: 'PerCPUCgroupStorage', params: ['value'], keySize: 16, valueSize: null, flags: 0, takes: 0x19c, goMap: false, size: 'zero', btf: 'allowed', operations: ['local-storage'], percpu: true, holds: [], sleepable: false, since: '4.20' },
  queue: { id: 22, sdk: 'Queue', params: ['value'], keySize: 0, valueSize: null, flags: 0, takes: 0x19c, goMap: false, size: 'entries', btf: 'refused', operations: ['push', 'pop', 'peek'], percpu: false, holds: [], sleepable: true, since: '4.20' },
  stack: { id: 23, sdk: 'Stack', params: ['value'], keySize: 0, valueSize: null, flags: 0, takes: 0x19c, goMap: false, size: 'entries', btf: 'refused', operations: ['push', 'pop', 'peek'], percpu: false, holds: [], sleepable: true, since: '4.20' },
  sk_storage: { id: 24, sdk: 'SkStorage', params: ['value'], keySize: 4, valueSize: null, flags: 1, takes: 0x201, goMap: false, size: 'zero', btf: 'required', operations: ['sk-storage'], percpu: false, holds: ['spin-lock', 'kptr'], sleepable: true, since: '5.2' },
  devmap_hash: { id: 25, sdk: 'DevMapHash', params: [], keySize: 4, valueSize: 8, flags: 0, takes: 0x1c, goMap: false, size: 'entries', btf: 'refused', operations: ['lookup', 'redirect'], percpu: false, holds: [], sleepable: false, since: '5.4' },
  struct_ops: { id: 26, sdk: 'StructOpsMap', params: ['struct'], keySize: 4, valueSize: null, flags: 0, takes: 0x2000, goMap: false, size: 'one', btf: 'required', operations: [], percpu: false, holds: [], sleepable: false, since: '5.6' },
  ringbuf: { id: 27, sdk: 'RingBuf', params: ['value'], keySize: 0, valueSize: 0, flags: 0, takes: 0x4, goMap: false, size: 'bytes', btf: 'refused', operations: ['reserve', 'query'], percpu: false, holds: [], sleepable: true, since: '5.8' },
  inode_storage: { id: 28, sdk: 'InodeStorage', params: ['value'], keySize: 4, valueSize: null, flags: 1, takes: 0x201, goMap: false, size: 'zero', btf: 'required', operations: ['inode-storage'], percpu: false, holds: ['spin-lock', 'kptr'], sleepable: true, since: '5.10' },
  task_storage: { id: 29, sdk: 'TaskStorage', params: ['value'], keySize: 4, valueSize: null, flags: 1, takes: 0x201, goMap: false, size: 'zero', btf: 'required', operations: ['task-storage'], percpu: false, holds: ['spin-lock', 'kptr'], sleepable: true, since: '5.11' },
  bloom_filter: { id: 30, sdk: 'BloomFilter', params: ['value'], keySize: 0, valueSize: null, flags: 0, takes: 0x1dc, goMap: false, size: 'entries', btf: 'allowed', operations: ['push', 'peek'], percpu: false, holds: [], sleepable: false, since: '5.16' },
  user_ringbuf: { id: 31, sdk: 'UserRingBuf', params: [], keySize: 0, valueSize: 0, flags: 0, takes: 0x4, goMap: false, size: 'bytes', btf: 'refused', operations: ['drain'], percpu: false, holds: [], sleepable: true, since: '6.1' },
  cgrp_storage: { id: 32, sdk: 'CgroupLocalStorage', params: ['value'], keySize: 4, valueSize: null, flags: 1, takes: 0x201, goMap: false, size: 'zero', btf: 'required', operations: ['cgrp-storage'], percpu: false, holds: ['spin-lock', 'kptr'], sleepable: true, since: '6.2' },
  arena: { id: 33, sdk: 'Arena', params: [], keySize: 0, valueSize: 0, flags: 1024, takes: 0x60400, goMap: false, size: 'pages', btf: 'refused', operations: [], percpu: false, holds: [], sleepable: true, since: '6.9' },
} satisfies Readonly<Record<string, MapRow>>;

export type MapTypeName = keyof typeof rows;

export const maps: Readonly<Record<MapTypeName, MapRow>> = rows;

export function isMapType(name: string): name is MapTypeName {
  return Object.hasOwn(rows, name);
}

/** The map type of an SDK generic type, or null. */
export function mapTypeOfSdk(sdk: string): MapTypeName | null {
  return (
    Object.keys(rows)
      .filter(isMapType)
      .find((name) => rows[name].sdk === sdk) ?? null
  );
}

/** The row of an SDK generic type, or null. */
export function mapRowOfSdk(sdk: string): MapRow | null {
  const name = mapTypeOfSdk(sdk);
  return name === null ? null : rows[name];
}

/** What a helper does to its map, for the helpers that not every map takes. */
const operationOfHelper: Readonly<Record<string, MapOperation>> = {
  map_lookup_elem: 'lookup',
  map_update_elem: 'update',
  map_delete_elem: 'delete',
  map_lookup_percpu_elem: 'lookup-percpu',
  for_each_map_elem: 'for-each',
  map_push_elem: 'push',
  map_pop_elem: 'pop',
  map_peek_elem: 'peek',
  tail_call: 'tail-call',
  perf_event_output: 'output',
  skb_output: 'output',
  xdp_output: 'output',
  perf_event_read: 'read-counter',
  perf_event_read_value: 'read-counter',
  get_stackid: 'stack-id',
  skb_under_cgroup: 'under-cgroup',
  current_task_under_cgroup: 'under-cgroup',
  redirect_map: 'redirect',
  sk_redirect_map: 'sk-redirect',
  sk_redirect_hash: 'sk-redirect-hash',
  msg_redirect_map: 'msg-redirect',
  msg_redirect_hash: 'msg-redirect-hash',
  sock_map_update: 'sock-update',
  sock_hash_update: 'sock-update-hash',
  sk_select_reuseport: 'select-reuseport',
  get_local_storage: 'local-storage',
  sk_storage_get: 'sk-storage',
  sk_storage_delete: 'sk-storage',
  inode_storage_get: 'inode-storage',
  inode_storage_delete: 'inode-storage',
  task_storage_get: 'task-storage',
  task_storage_delete: 'task-storage',
  cgrp_storage_get: 'cgrp-storage',
  cgrp_storage_delete: 'cgrp-storage',
  ringbuf_output: 'reserve',
  ringbuf_reserve: 'reserve',
  ringbuf_reserve_dynptr: 'reserve',
  ringbuf_query: 'query',
  user_ringbuf_drain: 'drain',
};

/** Does a helper (name without `bpf_`) take a map of this type? */
export function mapTakesHelper(row: MapRow, helper: string): boolean {
  const operation = operationOfHelper[helper];
  return operation === undefined || row.operations.includes(operation);
}
