/** Runs golden programs by the SSA evaluator: the meaning against which everything else is compared. */

import { createMachine, evaluate } from '../src/ir/eval.ts';
import type { Module } from '../src/ir/ir.ts';
import { testHelpers } from '../src/model/helpers/helpers.ts';
import type { Memory } from '../src/model/memory.ts';
import { inputBytes, mismatch, type Outcome, type RunLine } from './run-lines.ts';

/** Where a context keeps the packet's bounds, by the program's section. */
const packetContexts = [
  { section: /^xdp/, size: 24, data: 0, end: 4, meta: 8 },
  {
    section: /^(tc|tcx|classifier|action|cgroup_skb|sk_skb|lwt|socket|flow_dissector)/,
    size: 192,
    data: 76,
    end: 80,
    meta: 140,
  },
] as const;

/** The context of a program that works on a packet: its pointer fields are known by offset. */
export function packetContext(memory: Memory, section: string, packet: Uint8Array): bigint {
  const layout = packetContexts.find((row) => row.section.test(section));
  if (layout === undefined) throw new Error(`a program of ${section} has no packet`);
  const data = memory.allocate('packet', packet);
  const pointers = new Map([
    [layout.data, data],
    [layout.end, data + BigInt(packet.length)],
    [layout.meta, data],
  ]);
  return memory.allocate('context', new Uint8Array(layout.size), { pointers });
}

function execute(module: Module, line: RunLine): Outcome | string {
  const machine = createMachine(module, { helpers: testHelpers({ log: [] }) });
  const section = module.programs.find((program) => program.name === line.name)?.section ?? '';
  const bytes = inputBytes(line);
  const { input } = line;
  const args =
    input.kind === 'call'
      ? input.args.map(BigInt)
      : [
          input.kind === 'data'
            ? packetContext(machine.memory, section, bytes)
            : machine.memory.allocate('context', bytes),
        ];
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
        data: input.kind === 'data' ? bytes : null,
      };
    default:
      return outcome satisfies never;
  }
}

/** The run lines that give something else than they say. */
export function ssaFailures(module: Module, lines: readonly RunLine[]): readonly string[] {
  return lines.flatMap((line) => {
    const outcome = execute(module, line);
    const difference = typeof outcome === 'string' ? outcome : mismatch(line, outcome);
    return difference === null ? [] : [`${line.text}: ${difference}`];
  });
}
