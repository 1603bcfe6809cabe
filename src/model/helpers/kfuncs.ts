/** Kernel functions for programs without a kernel: read-side locks and the iterator over numbers. */

import { failures, type HelperTable } from './state.ts';

const nothing = (): bigint => 0n;

/** struct bpf_iter_num: 8 bytes, the next number and the end, as 32-bit numbers. */
export const testKfuncs: HelperTable = {
  bpf_rcu_read_lock: nothing,
  bpf_rcu_read_unlock: nothing,
  bpf_preempt_disable: nothing,
  bpf_preempt_enable: nothing,
  bpf_iter_num_new: (host, [iterator, start, end]) => {
    const [from, to] = [BigInt.asIntN(32, start!), BigInt.asIntN(32, end!)];
    const wrong = from > to ? failures.invalid : to - from > 8_388_608n ? failures.tooBig : 0n;
    host.memory.store(iterator!, 4, BigInt.asUintN(32, wrong === 0n ? from : 0n));
    host.memory.store(iterator! + 4n, 4, BigInt.asUintN(32, wrong === 0n ? to : 0n));
    return wrong;
  },
  bpf_iter_num_next: (host, [iterator]) => {
    const next = BigInt.asIntN(32, host.memory.load(iterator!, 4));
    if (next >= BigInt.asIntN(32, host.memory.load(iterator! + 4n, 4))) return 0n;
    host.memory.store(iterator!, 4, BigInt.asUintN(32, next + 1n));
    return host.memory.allocate('number', host.memory.encode(BigInt.asUintN(32, next), 4), {
      readOnly: true,
    });
  },
  bpf_iter_num_destroy: nothing,
};
