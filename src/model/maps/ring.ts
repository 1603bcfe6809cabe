/**
 * Ring buffers and perf event arrays: what programs send to user space. A ring has as much room as in the kernel
 * (each record takes 8 bytes more, rounded up to 8), which taking its events frees.
 */

import type { MapDecl } from '../../bpf/maps.ts';
import type { Memory } from '../memory.ts';
import { type EventLog, errors, type ModelMap, unsupported } from './map.ts';

const header = 8;
const page = 4096;
const room = (size: number): number => Math.ceil((size + header) / 8) * 8;

interface Record {
  readonly address: bigint;
  readonly size: number;
  state: 'reserved' | 'event' | 'discarded';
  bytes: Uint8Array;
}

export function ringMap(decl: MapDecl, handle: bigint, memory: Memory): ModelMap {
  const size = decl.maxEntries === 0 ? page : decl.maxEntries;
  let consumed = 0;
  let produced = 0;
  let records: Record[] = [];
  const commit = (record: Record, discard: boolean): void => {
    record.state = discard ? 'discarded' : 'event';
    record.bytes = record.bytes.slice();
    const region = memory.region(record.address);
    region.live = false;
    region.commit = null;
  };
  const add = (bytes: Uint8Array): bigint => {
    const length = room(bytes.length);
    if (length > size || produced + length - consumed > size - 1) return 0n;
    produced += length;
    const address = memory.allocate(`record of ${decl.name}`, bytes);
    const record: Record = { address, size: length, state: 'reserved', bytes };
    records.push(record);
    memory.region(address).commit = (discard) => commit(record, discard);
    return address;
  };
  const events: EventLog = {
    push(data) {
      const address = add(data.slice());
      if (address !== 0n) memory.region(address).commit?.(false);
    },
    take() {
      const open = records.findIndex((r) => r.state === 'reserved');
      const done = open < 0 ? records : records.slice(0, open);
      records = open < 0 ? [] : records.slice(open);
      consumed += done.reduce((sum, r) => sum + r.size, 0);
      for (const record of done) memory.free(record.address);
      return done.filter((r) => r.state === 'event').map((r) => r.bytes);
    },
  };
  return {
    ...unsupported,
    decl,
    handle,
    events,
    ring: {
      reserve: (bytes) => add(new Uint8Array(bytes)),
      query(what) {
        const answers = [produced - consumed, size, consumed, produced];
        return BigInt(answers[Number(what)] ?? 0);
      },
    },
  };
}

/** Events of a perf event array; every processor has a reader, and the machine runs on the first. */
export function perfArray(decl: MapDecl, handle: bigint): ModelMap {
  let waiting: Uint8Array[] = [];
  return {
    ...unsupported,
    decl,
    handle,
    update: () => errors.invalid,
    events: {
      push(data) {
        waiting.push(data.slice());
      },
      take() {
        const taken = waiting;
        waiting = [];
        return taken;
      },
    },
  };
}
