/**
 * Events of ring buffers and of perf event arrays, read without waiting.
 *
 *     const events = openRing(system, fd, 4096);
 *     for (const record of events.read()) …
 *     events.close();
 *
 * The kernel shares its memory with us; `read` copies, so that a record stays what it was.
 */

import { update } from './map.ts';
import { closeFd, succeed, type System } from './system.ts';
import { availableParallelism } from 'node:os';

export interface EventSource {
  /** What came since the last call. */
  readonly read: () => readonly Uint8Array[];
  /** Events that the kernel had no room for, as far as it says so. */
  readonly lost: () => number;
  readonly close: () => void;
}

const pageSize = 4096;
const protection = { read: 1, readWrite: 3 } as const;
const MAP_SHARED = 1;

interface Mapping {
  readonly memory: ArrayBuffer;
  readonly close: () => void;
}

function map(system: System, fd: number, size: number, offset: number, writable: boolean): Mapping {
  const flags = writable ? protection.readWrite : protection.read;
  const address = succeed('mmap', system.call('mmap', [0, size, flags, MAP_SHARED, fd, offset]));
  return {
    memory: system.view(address, size),
    close: () => void succeed('munmap', system.call('munmap', [address, size])),
  };
}

/** Bits of a ring buffer record's length. */
const busy = 1 << 31;
const discarded = 1 << 30;

/** `size` is the map's max_entries. */
export function openRing(system: System, fd: number, size: number): EventSource {
  const consumer = map(system, fd, pageSize, 0, true);
  const producer = map(system, fd, pageSize + 2 * size, pageSize, false);
  const consumed = new BigInt64Array(consumer.memory, 0, 1);
  const produced = new BigInt64Array(producer.memory, 0, 1);
  const lengths = new Int32Array(producer.memory, pageSize);
  const data = new Uint8Array(producer.memory, pageSize);
  return {
    read() {
      const out: Uint8Array[] = [];
      let at = Atomics.load(consumed, 0);
      const end = Atomics.load(produced, 0);
      while (at < end) {
        const offset = Number(at % BigInt(size));
        const length = Atomics.load(lengths, offset / 4);
        if ((length & busy) !== 0) break;
        const bytes = length & ~discarded;
        if ((length & discarded) === 0) out.push(data.slice(offset + 8, offset + 8 + bytes));
        at += BigInt((bytes + 8 + 7) & ~7);
        Atomics.store(consumed, 0, at);
      }
      return out;
    },
    lost: () => 0,
    close() {
      consumer.close();
      producer.close();
    },
  };
}

const perf = {
  software: 1,
  bpfOutput: 10n,
  sampleRaw: 1n << 10n,
  enable: 0x2400,
  cloexec: 8,
  recordLost: 2,
  recordSample: 9,
  /** data_head and data_tail of struct perf_event_mmap_page. */
  head: 1024,
  tail: 1032,
} as const;

function openCpu(system: System, cpu: number): number {
  const attributes = new DataView(new ArrayBuffer(128));
  attributes.setUint32(0, perf.software, true);
  attributes.setUint32(4, 128, true);
  attributes.setBigUint64(8, perf.bpfOutput, true);
  attributes.setBigUint64(16, 1n, true);
  attributes.setBigUint64(24, perf.sampleRaw, true);
  attributes.setUint32(48, 1, true);
  return succeed(
    'perf_event_open',
    system.call('perf_event_open', [attributes.buffer, -1, cpu, -1, perf.cloexec]),
  );
}

interface PerfRing {
  readonly read: (out: Uint8Array[]) => number;
  readonly close: () => void;
}

function openPerfRing(system: System, mapFd: number, cpu: number, pages: number): PerfRing {
  const fd = openCpu(system, cpu);
  const size = pages * pageSize;
  const mapping = map(system, fd, pageSize + size, 0, true);
  const number = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);
  update(system, mapFd, number(cpu), number(fd));
  succeed('PERF_EVENT_IOC_ENABLE', system.call('ioctl', [fd, perf.enable, 0]));
  const head = new BigInt64Array(mapping.memory, perf.head, 1);
  const tail = new BigInt64Array(mapping.memory, perf.tail, 1);
  const data = new Uint8Array(mapping.memory, pageSize, size);
  const copy = (from: bigint, count: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, i) => data[Number((from + BigInt(i)) % BigInt(size))] ?? 0);
  return {
    read(out) {
      let lost = 0;
      let at = Atomics.load(tail, 0);
      const end = Atomics.load(head, 0);
      while (at < end) {
        const header = new DataView(copy(at, 8).buffer);
        const length = header.getUint16(6, true);
        const body = copy(at + 8n, length - 8);
        const view = new DataView(body.buffer);
        const type = header.getUint32(0, true);
        if (type === perf.recordSample) out.push(body.slice(4, 4 + view.getUint32(0, true)));
        if (type === perf.recordLost) lost += Number(view.getBigUint64(8, true));
        at += BigInt(length);
      }
      Atomics.store(tail, 0, at);
      return lost;
    },
    close() {
      mapping.close();
      closeFd(system, fd);
    },
  };
}

const pagesPerCpu = 16;

/** A perf event array: one ring for every processor. `entries` is the map's max_entries. */
export function openPerfArray(system: System, fd: number, entries: number): EventSource {
  const count = Math.min(entries, availableParallelism());
  const rings: PerfRing[] = [];
  const close = (): void => {
    for (const ring of rings) ring.close();
  };
  let lost = 0;
  try {
    for (let cpu = 0; cpu < count; cpu++) rings.push(openPerfRing(system, fd, cpu, pagesPerCpu));
  } catch (error) {
    close();
    throw error;
  }
  return {
    read() {
      const out: Uint8Array[] = [];
      for (const ring of rings) lost += ring.read(out);
      return out;
    },
    lost: () => lost,
    close,
  };
}
