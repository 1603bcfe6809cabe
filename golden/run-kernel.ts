/** Runs golden programs in the kernel: load a plan, execute its run lines with BPF_PROG_TEST_RUN. */

import { type LoadPlan, loadPlan } from '../src/kernel/plan.ts';
import { runProgram } from '../src/kernel/program.ts';
import type { System } from '../src/kernel/system.ts';
import { inputBytes, mismatch, type RunLine } from './run-lines.ts';

export interface Refusal {
  readonly program: string;
  readonly reason: string;
  readonly log: string;
}

/** Can the kernel execute this line? Functions by themselves it cannot. */
export function kernelRuns(line: RunLine): boolean {
  return line.input.kind !== 'call';
}

/** Program types of xdp and of the skb family take a packet, and at least an Ethernet header of it. */
const smallestPacket = 14;

function runLine(system: System, plan: LoadPlan, line: RunLine): string | null {
  const loaded = loadPlan(system, plan);
  try {
    const program = loaded.programs.get(line.name);
    const type = plan.programs.find((p) => p.name === line.name)?.type;
    if (program === undefined || type === undefined) return `no program ${line.name}`;
    if (!program.ok) return `refused: ${program.reason}`;
    const bytes = inputBytes(line);
    if (line.input.kind === 'data' && bytes.length < smallestPacket)
      return `a packet has at least ${smallestPacket} bytes`;
    const run = runProgram(
      system,
      program.fd,
      type,
      line.input.kind === 'data' ? { data: bytes } : { context: bytes },
    );
    return mismatch(line, {
      ret: BigInt(run.result),
      result: null,
      context: line.input.kind === 'context' ? run.context : null,
      data: line.input.kind === 'data' ? run.data : null,
    });
  } finally {
    loaded.close();
  }
}

/** Does the verifier accept every program? What it refuses, with its log. */
export function refusals(system: System, plan: LoadPlan): readonly Refusal[] {
  const loaded = loadPlan(system, plan);
  try {
    return [...loaded.programs].flatMap(([program, result]) =>
      result.ok ? [] : [{ program, reason: result.reason, log: result.log }],
    );
  } finally {
    loaded.close();
  }
}

/** The run lines that give something else than they say, each with fresh maps. */
export function failedRuns(system: System, plan: LoadPlan, lines: readonly RunLine[]): readonly string[] {
  return lines.filter(kernelRuns).flatMap((line) => {
    const difference = runLine(system, plan, line);
    return difference === null ? [] : [`${line.text}: ${difference}`];
  });
}
