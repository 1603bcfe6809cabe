/**
 * Whole programs, golden ones and examples, in the embedded machine and in the kernel: the same packets and contexts,
 * the same results, packets, contexts, maps, variables and events.
 *
 * What depends on time, chance or the task is compared only in not failing; what the kernel's test run does not take
 * (probes, tracepoints) runs in the machine alone.
 */

import type { Machine } from '../../passes/pass.ts';
import type { PReg } from '../../src/bpf/minst.ts';
import { helperById } from '../../src/bpf/helpers.ts';
import { programRow } from '../../src/bpf/programs.ts';
import { compile } from '../../src/compile.ts';
import { eventShapes } from '../../src/emit/event-shapes.ts';
import { kernelSession } from '../../src/kernel/session.ts';
import type { System } from '../../src/kernel/system.ts';
import { toHex } from '../../src/kernel/plan.ts';
import { takesPacket } from '../../src/model/packet.ts';
import { type BpfObject, readBpfObject } from '../../src/object/bpf-object.ts';
import { type ObjectShapes, shapesOf } from '../../src/object/object-shapes.ts';
import { RunFault, type Session, type SessionInput } from '../../src/testing/session.ts';
import { vmSession } from '../../src/testing/vm-session.ts';
import { type GoldenProgram, readProgram } from '../../golden/compiled.ts';
import { randomFrom } from '../fuzz/random.ts';
import { ownValue } from './compare.ts';

export interface Compared {
  /** `examples/hello.go main`. */
  readonly name: string;
  /** compared: equal on every input. ran: only in the machine, or not comparable. differs: it must not. */
  readonly kind: 'compared' | 'ran' | 'differs';
  readonly detail: string;
}

/** Helpers whose results are the machine's own. */
const own: readonly string[] = [
  'ktime_get_ns',
  'ktime_get_boot_ns',
  'ktime_get_coarse_ns',
  'ktime_get_tai_ns',
  'jiffies64',
  'get_prandom_u32',
  'get_current_pid_tgid',
  'get_current_uid_gid',
  'get_current_comm',
  'get_current_task',
  'get_current_task_btf',
  'get_ns_current_pid_tgid',
  'get_smp_processor_id',
  'get_current_cgroup_id',
  'fib_lookup',
  'get_stack',
  'get_stackid',
  'timer_init',
  'timer_start',
];

/** Kernel functions and the kernel's configuration are the kernel's own, too. */
function usesOwn({ funcs }: Machine<PReg>, object: BpfObject): boolean {
  if (object.config.length > 0) return true;
  return funcs.some((f) =>
    f.blocks.some((b) =>
      b.body.some(
        (i) =>
          i.op === 'call_kfunc' || (i.op === 'call_helper' && own.includes(helperById(Number(i.imm)) ?? '')),
      ),
    ),
  );
}

const walkable: readonly number[] = [1, 2, 5, 6, 9, 10, 11];

function observe(
  session: Session,
  object: BpfObject,
  shapes: ObjectShapes,
  name: string,
  input: SessionInput,
): string {
  const { result, packet, context } = session.run(name, input);
  const hex = (bytes: Uint8Array | null): string =>
    bytes === null || bytes.length === 0 ? '-' : toHex(bytes);
  const maps = object.maps
    .filter((map) => map.content === null && walkable.includes(map.type))
    .map((map) => {
      const entries = session.entries(map.name).map(([key, value]) => {
        const shown = value.length === map.valueSize ? value : ownValue(value, map.valueSize);
        return `${toHex(key)}=${toHex(shown)}`;
      });
      return `${map.name}{${entries.sort().join(' ')}}`;
    });
  const variables = [...shapes.variables.keys()].map(
    (variable) => `${variable}=${toHex(session.readVariable(variable))}`,
  );
  const events = session.events().map(({ map, data }) => `${map}:${toHex(data)}`);
  return [
    `result ${result}`,
    `packet ${hex(packet)}`,
    `context ${hex(context)}`,
    ...maps,
    ...variables,
    ...events,
  ].join('\n');
}

/** Packets of Ethernet with IPv4, UDP and TCP now and then, else bytes. */
function inputsFor(type: string, seed: number): readonly SessionInput[] {
  const random = randomFrom(seed);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.next() & 0xff);
  if (!takesPacket(type)) return [{ context: bytes(128) }, { context: new Uint8Array(128) }];
  return [14, 15, 34, 42, 60, 64, 98, 200, 590, 1500].flatMap((length) =>
    [0, 1].map((plain) => {
      const packet = bytes(length);
      packet.set([0, 0, 0, 0, 0, 0], 0);
      if (plain === 0 && length >= 34) {
        packet.set([0x08, 0x00, 0x45].slice(0, length - 12), 12);
        if (length > 23) packet[23] = random.pick([6, 17, 1]);
      } else packet.set([0x88, 0xb5], 12);
      return { packet };
    }),
  );
}

/** Types whose test run takes a packet, or any context. */
const comparable: readonly string[] = ['xdp', 'sched_cls', 'socket_filter', 'cgroup_skb', 'syscall'];

function compareProgram(
  system: System,
  object: BpfObject,
  shapes: ObjectShapes,
  program: { readonly name: string; readonly section: string },
  isOwn: boolean,
): Omit<Compared, 'name'> {
  const type = programRow(program.section)?.row.type ?? '';
  const here = vmSession(object, shapes, { fuel: 5_000_000 });
  const compared = comparable.includes(type) && !isOwn;
  const there = compared ? kernelSession(system, object, shapes, new Map()) : null;
  try {
    if (there?.refused.some((r) => r.name === program.name) === true)
      return { kind: 'ran', detail: 'refused here' };
    for (const input of compared ? inputsFor(type, 7) : [{}]) {
      const got = observe(here, object, shapes, program.name, input);
      if (there === null) continue;
      const want = observe(there, object, shapes, program.name, input);
      if (got !== want) return { kind: 'differs', detail: `kernel\n${want}\nmachine\n${got}` };
    }
    return {
      kind: compared ? 'compared' : 'ran',
      detail: compared ? '' : isOwn ? 'what the kernel alone knows' : type,
    };
  } catch (error) {
    if (!(error instanceof RunFault)) throw error;
    return {
      kind: /the helper .* not simulated/.test(error.message) || compared ? 'differs' : 'ran',
      detail: error.message,
    };
  } finally {
    there?.close();
  }
}

export function compareGolden(system: System, { path, source }: GoldenProgram): readonly Compared[] {
  const result = compile({ ...source, options: { emit: 'object', targetKernel: '6.12' } });
  const { artifact, machine } = result;
  if (!(artifact instanceof Uint8Array) || machine === null)
    return [{ name: path, kind: 'ran', detail: 'it does not compile for 6.12' }];
  const object = readBpfObject(artifact);
  const shapes = shapesOf(object, eventShapes(machine.module.maps, result.program));
  const isOwn = usesOwn(machine, object);
  return object.programs.map((program) => ({
    name: `${path} ${program.name}`,
    ...compareProgram(system, object, shapes, program, isOwn),
  }));
}

export const compareFile = (system: System, path: string): readonly Compared[] =>
  compareGolden(system, readProgram(path));
