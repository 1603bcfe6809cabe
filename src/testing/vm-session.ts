/**
 * Compiled programs in the embedded machine, as a session.
 *
 *     const session = vmSession(compile({ files, options: { emit: 'object' } }), object);
 *     session.run('Filter', { packet })     // { result: 2, packet: … }
 */

import type { Machine } from '../../passes/pass.ts';
import { must } from '../base/assert.ts';
import type { SourceFile } from '../base/source.ts';
import type { PReg } from '../bpf/minst.ts';
import { programRow } from '../bpf/programs.ts';
import { identifier } from '../emit/go-btf.ts';
import { testHelpers } from '../model/helpers/helpers.ts';
import type { HelperState } from '../model/helpers/state.ts';
import type { BpfObject } from '../object/bpf-object.ts';
import { createVm, type VmOptions } from '../vm/machine.ts';
import { packetContext, takesPacket } from './packets.ts';
import { RunFault, type Session, type SessionInput, type SessionOutput } from './session.ts';

export interface VmSessionOptions extends Omit<HelperState, 'log'> {
  /** Instructions until a run is given up. */
  readonly fuel?: number;
}

/** Programs of tail-call tables, by table and slot. */
function slotsOf(object: BpfObject): NonNullable<VmOptions['slots']> {
  return Object.fromEntries(object.maps.filter((m) => m.values.size > 0).map((m) => [m.name, m.values]));
}

function contextOf(
  memory: ReturnType<typeof createVm>['memory'],
  type: string,
  { packet, context }: SessionInput,
): { readonly address: bigint; readonly packet: () => Uint8Array | null; readonly context: Uint8Array } {
  if (takesPacket(type))
    return packetContext(memory, type, packet ?? new Uint8Array(64), context ?? new Uint8Array(0));
  const bytes = Uint8Array.from(context ?? []);
  return { address: memory.allocate('context', bytes), packet: () => null, context: bytes };
}

export function vmSession(
  machine: Machine<PReg>,
  object: BpfObject,
  files: readonly SourceFile[],
  options: VmSessionOptions = {},
): Session {
  const log: string[] = [];
  const { funcs, module } = machine;
  const vm = createVm({
    funcs,
    module,
    helpers: testHelpers({ ...options, log }),
    slots: slotsOf(object),
    ...(options.fuel === undefined ? {} : { fuel: options.fuel }),
  });
  const mapOf = (name: string) => must(vm.maps.get(name), `no map ${name}`);
  const variable = (name: string) => {
    const global = must(
      module.globals.find((g) => identifier(g.name) === name),
      `no variable ${name}`,
    );
    return vm.memory.region(must(vm.globals.get(global.name), name)).bytes;
  };
  const once = (program: string, type: string, input: SessionInput): SessionOutput => {
    const given = contextOf(vm.memory, type, input);
    const outcome = vm.run(program, [given.address]);
    if (outcome.kind === 'fault') {
      const { pos } = outcome;
      const file = pos === null || pos.line === 0 ? undefined : files[pos.file];
      const place =
        file === undefined || pos === null ? null : { file: file.name, line: pos.line, col: pos.col };
      throw new RunFault(outcome.message, place);
    }
    return {
      result: Number(BigInt.asUintN(32, outcome.value)),
      packet: given.packet(),
      context: input.context === undefined ? null : given.context,
      nanoseconds: null,
    };
  };
  return {
    programs: module.programs,
    refused: [],
    run(program, input) {
      const section = must(
        module.programs.find((p) => p.name === program),
        `no program ${program}`,
      ).section;
      const type = programRow(section)?.row.type ?? '';
      for (let left = (input.repeat ?? 1) - 1; left > 0; left--) once(program, type, input);
      return once(program, type, input);
    },
    entries(name) {
      const map = mapOf(name);
      return map
        .keys()
        .map((key) => [key, Uint8Array.from(vm.memory.read(map.lookup(key), map.decl.valueSize))] as const);
    },
    update(name, key, value) {
      const result = mapOf(name).update(key, value, 0n);
      if (result !== 0n) throw new Error(`map ${name} does not take the entry: error ${-result}`);
    },
    readVariable: (name) => Uint8Array.from(variable(name)),
    writeVariable: (name, bytes) => variable(name).set(bytes),
    printed: () => log,
    close: () => undefined,
  };
}
