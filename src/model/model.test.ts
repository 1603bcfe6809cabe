/** Maps and helpers in one process, by what the kernel documents of them; bench/vm compares them with a kernel. */

import { describe, expect, it } from 'vitest';
import { must } from '../base/assert.ts';
import type { MapDecl } from '../bpf/maps.ts';
import { add, fold, not, replaced, sumOf } from './helpers/checksum.ts';
import { testHelpers } from './helpers/helpers.ts';
import { testKfuncs } from './helpers/kfuncs.ts';
import { type Callbacks, type Host, settle } from './host.ts';
import { createMap } from './maps/create.ts';
import type { ModelMap } from './maps/map.ts';
import { Memory } from './memory.ts';
import { createPacket } from './packet.ts';

const decl = (type: string, more: Partial<MapDecl> = {}): MapDecl => ({
  name: 'm',
  type,
  keySize: 4,
  valueSize: 4,
  maxEntries: 2,
  flags: 0,
  pin: false,
  ...more,
});

const u32 = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);

/** A machine of maps, whose callbacks are JavaScript functions by address. */
function machine(...decls: readonly MapDecl[]) {
  const memory = new Memory();
  const log: string[] = [];
  const maps = decls.map((d) => createMap(d, memory));
  const functions = new Map<bigint, (args: readonly bigint[]) => bigint>();
  const host: Host = {
    memory,
    map: (handle) =>
      must(
        maps.find((m) => m.handle === handle),
        'a map',
      ),
    callback: (address, args) => must(functions.get(address), 'a function')(args),
  };
  const table = { ...testHelpers({ log }), ...testKfuncs };
  const call = (name: string, ...args: readonly bigint[]): bigint => {
    const result: bigint | Callbacks = must(table[name], name)(host, args);
    return settle(host, result);
  };
  const [first] = maps;
  return { memory, log, maps, functions, call, map: first as ModelMap };
}

describe('maps', () => {
  it('a hash keeps the old value of a pointer when the entry is exchanged', () => {
    const { map, memory } = machine(decl('hash'));
    map.update(u32(1), u32(10), 0n);
    const old = map.lookup(u32(1));
    map.update(u32(1), u32(20), 0n);
    expect([memory.load(old, 4), memory.load(map.lookup(u32(1)), 4)]).toEqual([10n, 20n]);
    expect(map.update(u32(1), u32(0), 1n)).toBe(-17n);
    expect(map.update(u32(2), u32(0), 2n)).toBe(-2n);
    expect([map.update(u32(2), u32(0), 0n), map.update(u32(3), u32(0), 0n)]).toEqual([0n, -7n]);
  });

  it('an LRU map makes room, an array has every entry, values per processor are overwritten', () => {
    const lru = machine(decl('lru_hash')).map;
    for (const n of [1, 2, 3]) lru.update(u32(n), u32(n), 0n);
    expect(lru.keys()).toEqual([u32(2), u32(3)]);
    const array = machine(decl('array')).map;
    expect([array.update(u32(2), u32(1), 0n), array.delete(u32(0)), array.keys().length]).toEqual([
      -7n,
      -22n,
      2,
    ]);
    const { map, memory } = machine(decl('percpu_hash'));
    map.update(u32(1), u32(10), 0n);
    const value = map.lookup(u32(1));
    map.update(u32(1), u32(20), 0n);
    expect(memory.load(value, 4)).toBe(20n);
  });

  it('a trie finds the longest prefix, and equal prefixes are one', () => {
    const { map, memory } = machine(decl('lpm_trie', { keySize: 8, maxEntries: 3 }));
    const key = (bits: number, ...bytes: readonly number[]) => Uint8Array.from([bits, 0, 0, 0, ...bytes]);
    map.update(key(8, 10, 0, 0, 0), u32(8), 0n);
    map.update(key(16, 10, 1, 0, 0), u32(16), 0n);
    map.update(key(8, 10, 99, 99, 99), u32(88), 0n);
    expect(memory.load(map.lookup(key(32, 10, 1, 2, 3)), 4)).toBe(16n);
    expect(memory.load(map.lookup(key(32, 10, 2, 2, 3)), 4)).toBe(88n);
    expect([map.lookup(key(32, 11, 0, 0, 0)), map.delete(key(9, 10, 0, 0, 0))]).toEqual([0n, -2n]);
    expect(map.update(key(33, 0, 0, 0, 0), u32(0), 0n)).toBe(-22n);
  });

  it('queues, stacks and bloom filters', () => {
    const { memory, call, maps } = machine(decl('queue'), decl('stack'), decl('bloom_filter'));
    const cell = memory.allocate('cell', 4);
    const push = (map: ModelMap, n: number, flags = 0n): bigint => {
      memory.store(cell, 4, BigInt(n));
      return call('map_push_elem', map.handle, cell, flags);
    };
    const pop = (map: ModelMap): bigint[] => [call('map_pop_elem', map.handle, cell), memory.load(cell, 4)];
    const [queue, stack, bloom] = maps as [ModelMap, ModelMap, ModelMap];
    for (const map of [queue, stack])
      expect([push(map, 1), push(map, 2), push(map, 3)]).toEqual([0n, 0n, -7n]);
    expect([push(queue, 4, 2n), pop(queue), pop(stack)]).toEqual([0n, [0n, 2n], [0n, 2n]]);
    expect([pop(queue), pop(queue)]).toEqual([
      [0n, 4n],
      [-2n, 0n],
    ]);
    expect(push(bloom, 7)).toBe(0n);
    expect(call('map_peek_elem', bloom.handle, cell)).toBe(0n);
    memory.store(cell, 4, 8n);
    expect(call('map_peek_elem', bloom.handle, cell)).toBe(-2n);
  });

  it('local storage hangs on its owner; a table of maps gives maps', () => {
    const { memory, call, maps } = machine(decl('task_storage'), decl('array_of_maps'), decl('hash'));
    const [storage, table, inner] = maps as [ModelMap, ModelMap, ModelMap];
    const task = call('get_current_task_btf');
    expect(call('task_storage_get', storage.handle, task, 0n, 0n)).toBe(0n);
    const value = call('task_storage_get', storage.handle, task, 0n, 1n);
    memory.store(value, 4, 5n);
    expect(memory.load(call('task_storage_get', storage.handle, task, 0n, 1n), 4)).toBe(5n);
    expect([
      call('task_storage_delete', storage.handle, task),
      call('task_storage_delete', storage.handle, task),
    ]).toEqual([0n, -2n]);
    table.update(u32(1), memory.encode(inner.handle, 8), 0n);
    expect([table.lookup(u32(1)), table.lookup(u32(0))]).toEqual([inner.handle, 0n]);
  });
});

describe('what is sent', () => {
  it('a ring has room for its bytes, and gives it back', () => {
    const { memory, call, map } = machine(decl('ringbuf', { maxEntries: 64 }));
    const first = call('ringbuf_reserve', map.handle, 16n, 0n);
    const second = call('ringbuf_reserve', map.handle, 16n, 0n);
    expect(call('ringbuf_reserve', map.handle, 16n, 0n)).toBe(0n);
    memory.store(first, 8, 1n);
    call('ringbuf_submit', second, 0n);
    expect(map.events?.take()).toEqual([]);
    call('ringbuf_discard', first, 0n);
    expect(map.events?.take().length).toBe(1);
    expect(() => memory.load(first, 8)).toThrow('gone');
    expect(() => call('ringbuf_submit', first, 0n)).toThrow('no record');
    expect(call('ringbuf_query', map.handle, 0n)).toBe(0n);
  });

  it('perf events of this processor', () => {
    const { memory, call, map } = machine(decl('perf_event_array', { maxEntries: 0 }));
    const data = memory.allocate('data', Uint8Array.of(1, 2));
    expect(call('perf_event_output', 0n, map.handle, 0xffff_ffffn, data, 2n)).toBe(0n);
    expect(call('perf_event_output', 0n, map.handle, 3n, data, 2n)).toBe(-2n);
    expect(map.events?.take()).toEqual([Uint8Array.of(1, 2)]);
  });

  it('samples from outside come to a callback', () => {
    const { memory, call, map, functions } = machine(decl('user_ringbuf', { maxEntries: 4096 }));
    const seen: bigint[] = [];
    const cell = memory.allocate('cell', 4);
    functions.set(1n, ([dynptr]) => {
      call('dynptr_read', cell, 4n, dynptr ?? 0n, 0n, 0n);
      seen.push(memory.load(cell, 4));
      return 0n;
    });
    for (const n of [5, 6]) map.queue?.push(u32(n), 0n);
    expect([call('user_ringbuf_drain', map.handle, 1n, 0n, 0n), seen]).toEqual([2n, [5n, 6n]]);
  });
});

describe('helpers', () => {
  it('text: numbers, addresses, parsing', () => {
    const { memory, call, log } = machine();
    const text = (s: string): bigint =>
      memory.allocate(
        'text',
        Uint8Array.from(`${s}\0`, (c) => c.charCodeAt(0)),
      );
    call('trace_printk', text('%d %x %5u|%-4d|%s\n'), 32n, 2n ** 32n - 1n, 255n, 7n);
    expect(log).toEqual(['-1 ff     7|0   |']);
    call('trace_printk', text('%s %pI4'), 32n, text('ab'), memory.allocate('ip', Uint8Array.of(10, 0, 0, 1)));
    expect(log[1]).toBe('ab 10.0.0.1');
    const to = memory.allocate('to', 8);
    const parse = (s: string, base: bigint, name = 'strtol'): bigint[] => [
      call(name, text(s), BigInt(s.length), base, to),
      BigInt.asIntN(64, memory.load(to, 8)),
    ];
    expect(parse(' -42x', 10n)).toEqual([4n, -42n]);
    expect(parse('0x1F', 0n)).toEqual([4n, 31n]);
    expect(parse('017', 0n)).toEqual([3n, 15n]);
    expect(parse('99999999999999999999', 10n)[0]).toBe(-34n);
    expect(parse('-1', 10n, 'strtoul')[0]).toBe(-22n);
    expect(call('strncmp', text('abc'), 3n, text('abd'))).toBe(-1n);
  });

  it('checksums: a field stays right when what it covers changes', () => {
    const bytes = Uint8Array.of(0x45, 0, 0, 20, 0x12, 0x34);
    const field = ~fold(sumOf(bytes)) & 0xffff;
    const changed = Uint8Array.of(0x45, 0, 0, 20, 0x56, 0x78);
    expect(replaced(field, 0x3412, 0x7856)).toBe(~fold(sumOf(changed)) & 0xffff);
    expect(fold(add(sumOf(changed), not(sumOf(changed))))).toBe(0xffff);
  });

  it('packets: what moves gets a new place, the old pointer is caught', () => {
    const { memory, call } = machine();
    const packet = createPacket(
      memory,
      'xdp',
      Uint8Array.from({ length: 64 }, (_, i) => i),
      new Uint8Array(0),
    );
    const data = memory.loadPointer(packet.context, 4);
    expect(memory.load(data, 1)).toBe(0n);
    expect(call('xdp_adjust_head', packet.context, 4n)).toBe(0n);
    expect(() => memory.load(data, 1)).toThrow('gone');
    expect(memory.load(memory.loadPointer(packet.context, 4), 1)).toBe(4n);
    expect(call('xdp_adjust_head', packet.context, -4n)).toBe(0n);
    expect(packet.bytes().length).toBe(64);
    expect([
      call('xdp_adjust_tail', packet.context, -60n),
      call('xdp_adjust_head', packet.context, -500n),
    ]).toEqual([-22n, -22n]);
  });

  it('loops and iterators', () => {
    const { memory, call, functions } = machine();
    let sum = 0n;
    functions.set(1n, ([i]) => {
      sum += i ?? 0n;
      return i === 3n ? 1n : 0n;
    });
    expect([call('loop', 10n, 1n, 0n, 0n), sum]).toEqual([4n, 6n]);
    const iterator = memory.allocate('iterator', 8);
    expect(call('bpf_iter_num_new', iterator, 2n, 4n)).toBe(0n);
    const next = (): bigint => call('bpf_iter_num_next', iterator);
    expect([memory.load(next(), 4), memory.load(next(), 4), next()]).toEqual([2n, 3n, 0n]);
  });
});
