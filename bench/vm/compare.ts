/**
 * One random program in the embedded machine and in the kernel: result, packet, context, maps and ring-buffer events
 * after every run, maps kept from run to run.
 *
 *     compareRuns(system, program, inputs)     null, or where they first differ
 */

import type { Machine } from '../../passes/pass.ts';
import { must } from '../../src/base/assert.ts';
import type { PReg } from '../../src/bpf/minst.ts';
import { openRing } from '../../src/kernel/events.ts';
import { entries, update } from '../../src/kernel/map.ts';
import { loadPlan, planModule, toHex } from '../../src/kernel/plan.ts';
import { possibleCpus } from '../../src/kernel/cpus.ts';
import { runProgram } from '../../src/kernel/program.ts';
import type { System } from '../../src/kernel/system.ts';
import { testHelpers } from '../../src/model/helpers/helpers.ts';
import { createPacket } from '../../src/model/packet.ts';
import { createVm } from '../../src/vm/machine.ts';
import type { RunInput } from './inputs.ts';
import { jumps, keyed, type ProgramKind, ring, seen } from './kinds.ts';
import { tails } from './program.ts';

/** What a run can be seen to do, by name. */
export type Observation = ReadonlyMap<string, string>;

export interface Failure {
  readonly kind: 'rejected' | 'fault' | 'mismatch';
  /** What is equal for the same bug. */
  readonly signature: string;
  readonly detail: string;
}

const watched = [...keyed, seen];

const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);

function observation(
  ret: number,
  packet: Uint8Array | null,
  context: Uint8Array | null,
  events: readonly Uint8Array[],
  maps: ReadonlyMap<string, readonly string[]>,
): Observation {
  return new Map([
    ['the result', String(ret >>> 0)],
    ['the packet', packet === null ? '' : toHex(packet)],
    ['the context', context === null ? '' : toHex(context)],
    ['the events', events.map(toHex).join(' ')],
    ...[...maps].map(([name, list]) => [`map ${name}`, [...list].sort().join(' ')] as const),
  ]);
}

export type Runner = (input: RunInput) => Observation | Failure;

export function vmRunner(machine: Machine<PReg>, kind: ProgramKind): Runner {
  const slots = { [jumps.name]: new Map(tails.map(({ name, slot }) => [slot, name])) };
  const { funcs, module } = machine;
  const vm = createVm({ funcs, module, slots, helpers: testHelpers({ log: [] }), fuel: 2_000_000 });
  const { memory } = vm;
  const type =
    kind.name === 'xdp'
      ? 'xdp'
      : kind.name === 'tc'
        ? 'sched_cls'
        : kind.name === 'cgroup'
          ? 'cgroup_skb'
          : 'socket_filter';
  return ({ packet, context }) => {
    const given = packet === null ? null : createPacket(memory, type, packet, new Uint8Array(0));
    const bytes = context === null ? null : Uint8Array.from(context);
    const outcome = vm.run('Main', [
      given?.context ?? memory.allocate('context', bytes ?? new Uint8Array(0)),
    ]);
    if (outcome.kind === 'fault')
      return {
        kind: 'fault',
        signature: outcome.message.replace(/\d+/g, 'N'),
        detail: `${outcome.func}: ${outcome.message}`,
      };
    const maps = new Map(
      watched.map(({ name }) => {
        const map = must(vm.maps.get(name), name);
        const list = map
          .keys()
          .map((key) => `${toHex(key)}=${toHex(memory.read(map.lookup(key), map.decl.valueSize))}`);
        return [name, list] as const;
      }),
    );
    const events = must(vm.maps.get(ring.name), 'ring').events?.take() ?? [];
    const seenPacket = given?.bytes() ?? null;
    given?.free();
    return observation(Number(BigInt.asUintN(32, outcome.value)), seenPacket, bytes, events, maps);
  };
}

/** Of values per processor, the one that ran: all others are zero. */
export function ownValue(value: Uint8Array, size: number): Uint8Array {
  const stride = Math.ceil(size / 8) * 8;
  for (let at = 0; at < value.length; at += stride) {
    const own = value.subarray(at, at + size);
    if (own.some((b) => b !== 0)) return own;
  }
  return value.subarray(0, size);
}

export function withKernel<T>(
  system: System,
  machine: Machine<PReg>,
  kind: ProgramKind,
  use: (runner: Runner) => T,
): T | Failure {
  const loaded = loadPlan(system, planModule(machine, 'little'));
  const ringFd = must(loaded.maps.get(ring.name), 'ring');
  const events = openRing(system, ringFd, ring.maxEntries);
  try {
    for (const [name, program] of loaded.programs)
      if (!program.ok) {
        const reason =
          program.log
            .trim()
            .split('\n')
            .filter((line) => !/^(processed|verification|stack depth|mark_)/.test(line))
            .at(-1) ?? '';
        return {
          kind: 'rejected',
          signature: reason.replace(/\d+/g, 'N').slice(0, 120),
          detail: `${name}: ${program.reason}\n${program.log.trim().split('\n').slice(-12).join('\n')}`,
        };
      }
    const program = must(loaded.programs.get('Main'), 'Main');
    for (const { name, slot } of tails) {
      const target = must(loaded.programs.get(name), name);
      if (target.ok) update(system, must(loaded.maps.get(jumps.name), 'jumps'), u32(slot), u32(target.fd));
    }
    return use(({ packet, context }) => {
      const run = runProgram(system, program.ok ? program.fd : -1, kind.typeId, {
        ...(packet === null ? {} : { data: packet }),
        ...(context === null ? {} : { context }),
      });
      const maps = new Map(
        watched.map(({ name, type, keySize, valueSize }) => {
          const percpu = type.startsWith('percpu');
          const size = percpu ? Math.ceil(valueSize / 8) * 8 * possibleCpus() : valueSize;
          const list = [...entries(system, must(loaded.maps.get(name), name), keySize, size)];
          return [
            name,
            list.map(([key, value]) => `${toHex(key)}=${toHex(percpu ? ownValue(value, valueSize) : value)}`),
          ] as const;
        }),
      );
      return observation(
        run.result,
        packet === null ? null : run.data,
        context === null ? null : run.context,
        events.read(),
        maps,
      );
    });
  } finally {
    events.close();
    loaded.close();
  }
}

export const isFailure = (value: Observation | Failure): value is Failure => 'kind' in value;

function difference(there: Observation, here: Observation): Failure | null {
  for (const [what, want] of there) {
    const got = here.get(what);
    if (got !== want)
      return { kind: 'mismatch', signature: what, detail: `${what}\n  kernel  ${want}\n  machine ${got}` };
  }
  return null;
}

/** null: they agree on every input. */
export function compareRuns(
  system: System,
  machine: Machine<PReg>,
  kind: ProgramKind,
  inputs: readonly RunInput[],
): Failure | null {
  const found = withKernel(system, machine, kind, (there) => {
    const here = vmRunner(machine, kind);
    for (const [i, input] of inputs.entries()) {
      const [want, got] = [there(input), here(input)];
      if (isFailure(want)) return want;
      const failure = isFailure(got) ? got : difference(want, got);
      if (failure !== null) return { ...failure, detail: `input ${i}: ${failure.detail}` };
    }
    return null;
  });
  return found;
}
