/**
 * An object's programs in the embedded machine, as a session.
 *
 *     const session = vmSession(readBpfObject(bytes), shapesOf(object));
 *     session.run('Filter', { packet })               // { result: 2, packet: … }
 *     for (const step of session.steps('Filter', { packet })) console.log(step.instruction)
 */

import { must } from '../base/assert.ts';
import type { Pos } from '../base/source.ts';
import { contextRow } from '../bpf/contexts.ts';
import type { MInst, PReg } from '../bpf/minst.ts';
import { programRow } from '../bpf/programs.ts';
import { minstText } from '../bpf/text.ts';
import { testHelpers } from '../model/helpers/helpers.ts';
import { testKfuncs } from '../model/helpers/kfuncs.ts';
import type { HelperState } from '../model/helpers/state.ts';
import type { ModelMap } from '../model/maps/map.ts';
import type { Memory } from '../model/memory.ts';
import { createPacket, takesPacket } from '../model/packet.ts';
import type { BpfObject } from '../object/bpf-object.ts';
import type { ObjectShapes } from '../object/object-shapes.ts';
import { createVm, type VmOutcome } from '../vm/machine.ts';
import {
  type Place,
  RunFault,
  type Session,
  type SessionInput,
  type SessionOutput,
  type Step,
} from './session.ts';
import { vmProgram } from './vm-object.ts';

export interface VmSessionOptions extends Omit<HelperState, 'log' | 'programType'> {
  /** Instructions until a run is given up. */
  readonly fuel?: number;
}

export interface VmSession extends Session {
  /** One run, instruction by instruction; its faults are thrown as `run` throws them. */
  readonly steps: (program: string, input: SessionInput) => Generator<Step, SessionOutput, undefined>;
}

const defaultPacket = 64;
/** Of types whose context is any struct, which the program knows. */
const defaultContext = 1024;

interface Given {
  readonly address: bigint;
  readonly packet: () => Uint8Array | null;
  readonly context: Uint8Array;
  readonly free: () => void;
}

function givenTo(memory: Memory, section: string, { packet, context }: SessionInput): Given {
  const row = programRow(section)?.row;
  if (row !== undefined && takesPacket(row.type)) {
    const made = createPacket(
      memory,
      row.type,
      packet ?? new Uint8Array(defaultPacket),
      context ?? new Uint8Array(0),
    );
    return { address: made.context, packet: made.bytes, context: made.contextBytes, free: made.free };
  }
  const size = contextRow(row?.context ?? '')?.size ?? defaultContext;
  const bytes = context === undefined ? new Uint8Array(size) : Uint8Array.from(context);
  const address = memory.allocate('context', bytes);
  return { address, packet: () => null, context: bytes, free: () => memory.free(address) };
}

/** Errors of map updates (include/uapi/asm-generic/errno-base.h), in words. */
const updateErrors: Readonly<Record<string, string>> = {
  '-2': 'there is no such key',
  '-7': 'it is full, or the key is beyond its end',
  '-17': 'the key is there already',
  '-22': 'it does not take such keys',
  '-28': 'it is full',
  '-524': 'maps of its type take no entries from outside',
};

/** Tables of maps hold addresses of maps. */
function fillMapTables(object: BpfObject, memory: Memory, maps: ReadonlyMap<string, ModelMap>): void {
  for (const { name, values } of object.maps)
    for (const [slot, inner] of values) {
      const map = maps.get(inner);
      if (map !== undefined)
        maps.get(name)?.update(memory.encode(BigInt(slot), 4), memory.encode(map.handle, 8), 0n);
    }
}

export function vmSession(
  object: BpfObject,
  shapes: ObjectShapes,
  options: VmSessionOptions = {},
): VmSession {
  const log: string[] = [];
  let section = '';
  const { funcs, module, slots, files, endian } = vmProgram(object);
  const programType = (): string => programRow(section)?.row.type ?? '';
  const vm = createVm({
    funcs,
    module,
    slots,
    helpers: testHelpers({ ...options, log, programType }),
    kfuncs: testKfuncs,
    ...(endian === undefined ? {} : { endian }),
    ...(options.fuel === undefined ? {} : { fuel: options.fuel }),
  });
  fillMapTables(object, vm.memory, vm.maps);
  const mapOf = (name: string) => must(vm.maps.get(name), `no map ${name}`);
  const variable = (name: string): Uint8Array => {
    const { section: where, offset, shape } = must(shapes.variables.get(name), `no variable ${name}`);
    return vm.memory.region(must(vm.globals.get(where), where)).bytes.subarray(offset, offset + shape.size);
  };
  const placeOf = (pos: Pos | null): Place | null => {
    const file = pos === null || pos.line === 0 ? undefined : files[pos.file];
    return file === undefined || pos === null ? null : { file, line: pos.line, col: pos.col };
  };
  const told = ({ func, inst }: { readonly func: string; readonly inst: MInst<PReg> }) => ({
    func,
    instruction: minstText(inst),
    place: placeOf(inst.pos),
  });
  const begin = (program: string, input: SessionInput): Given => {
    section = must(
      object.programs.find((p) => p.name === program),
      `no program ${program}`,
    ).section;
    return givenTo(vm.memory, section, input);
  };
  const finish = (outcome: VmOutcome, given: Given, input: SessionInput): SessionOutput => {
    given.free();
    if (outcome.kind === 'fault')
      throw new RunFault(outcome.message, placeOf(outcome.pos), outcome.registers, outcome.trail.map(told));
    return {
      result: Number(BigInt.asUintN(32, outcome.value)),
      packet: given.packet(),
      context: input.context === undefined ? null : given.context,
      nanoseconds: null,
    };
  };
  const once = (program: string, input: SessionInput): SessionOutput => {
    const given = begin(program, input);
    return finish(vm.run(program, [given.address]), given, input);
  };
  return {
    programs: object.programs,
    refused: [],
    run(program, input) {
      for (let left = (input.repeat ?? 1) - 1; left > 0; left--) once(program, input);
      return once(program, input);
    },
    *steps(program, input) {
      const given = begin(program, input);
      const steps = vm.steps(program, [given.address]);
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done === true) return finish(step.value, given, input);
        yield { ...told(step.value), depth: step.value.depth, registers: step.value.registers };
      }
    },
    entries(name) {
      // A data section that is listed as a map has one value.
      const section = vm.globals.get(name);
      if (section !== undefined)
        return [[new Uint8Array(4), Uint8Array.from(vm.memory.region(section).bytes)]];
      const map = mapOf(name);
      return map
        .keys()
        .map((key) => [key, Uint8Array.from(vm.memory.read(map.lookup(key), map.decl.valueSize))] as const);
    },
    update(name, key, value) {
      const result = mapOf(name).update(key, value, 0n);
      if (result !== 0n)
        throw new RunFault(
          `map ${name} does not take the entry: ${updateErrors[String(result)] ?? `error ${-result}`}`,
          null,
        );
    },
    readVariable: (name) => Uint8Array.from(variable(name)),
    writeVariable: (name, bytes) => variable(name).set(bytes),
    printed: () => log,
    events: () =>
      [...vm.maps].flatMap(([map, { events }]) => (events?.take() ?? []).map((data) => ({ map, data }))),
    close: () => undefined,
  };
}
