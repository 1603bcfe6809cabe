/** Runs golden programs by the SSA evaluator: the meaning against which everything else is compared. */

import { programRow } from '../src/bpf/programs.ts';
import { createMachine, evaluate, type Machine } from '../src/ir/eval.ts';
import type { Module } from '../src/ir/ir.ts';
import { testHelpers } from '../src/model/helpers/helpers.ts';
import type { Memory } from '../src/model/memory.ts';
import { createPacket, type Packet, takesPacket } from '../src/model/packet.ts';
import { failureOf, inputBytes, type Outcome, type RunLine } from './run-lines.ts';

/** The context of a program that works on a packet. */
export function packetContext(memory: Memory, section: string, bytes: Uint8Array): Packet {
  const type = programRow(section)?.row.type ?? '';
  if (!takesPacket(type)) throw new Error(`a program of ${section} has no packet`);
  return createPacket(memory, type, bytes, new Uint8Array(0));
}

function execute(module: Module, machine: Machine, line: RunLine): Outcome | string {
  const section = module.programs.find((program) => program.name === line.name)?.section ?? '';
  const bytes = inputBytes(line);
  const { input } = line;
  const packet = input.kind === 'data' ? packetContext(machine.memory, section, bytes) : null;
  const args =
    input.kind === 'call'
      ? input.args.map(BigInt)
      : [packet?.context ?? machine.memory.allocate('context', bytes)];
  const outcome = evaluate(machine, line.name, args);
  switch (outcome.kind) {
    case 'trap':
      return `trap: ${outcome.message}${outcome.pos === null ? '' : ` at ${outcome.pos.line}:${outcome.pos.col}`}`;
    case 'abort':
      return 'the function aborted';
    case 'return':
      return {
        ret: input.kind === 'call' ? null : outcome.value,
        result: input.kind === 'call' ? outcome.value : null,
        context: input.kind === 'context' ? bytes : null,
        data: packet?.bytes() ?? null,
      };
    default:
      return outcome satisfies never;
  }
}

/** The run lines that give something else than they say. */
export function ssaFailures(module: Module, lines: readonly RunLine[]): readonly string[] {
  return lines.flatMap((line) => {
    const machine = createMachine(module, { helpers: testHelpers({ log: [] }) });
    return failureOf(line, (step) => execute(module, machine, step)) ?? [];
  });
}
