/** Runs golden programs by the embedded machine: the machine code that is emitted, without a kernel. */

import type { Machine } from '../passes/pass.ts';
import type { PReg } from '../src/bpf/minst.ts';
import { testHelpers } from '../src/model/helpers/helpers.ts';
import { testKfuncs } from '../src/model/helpers/kfuncs.ts';
import { createVm, type Vm } from '../src/vm/machine.ts';
import { failureOf, inputBytes, type Outcome, type RunLine } from './run-lines.ts';
import { packetContext } from './run-ssa.ts';

function execute({ module }: Machine<PReg>, vm: Vm, line: RunLine): Outcome | string {
  const section = module.programs.find((program) => program.name === line.name)?.section ?? '';
  const bytes = inputBytes(line);
  const packet = line.input.kind === 'data' ? packetContext(vm.memory, section, bytes) : null;
  const outcome = vm.run(line.name, [packet?.context ?? vm.memory.allocate('context', bytes)]);
  if (outcome.kind === 'fault') {
    const at = outcome.pos === null ? outcome.func : `${outcome.pos.line}:${outcome.pos.col}`;
    return `fault: ${outcome.message} at ${at}`;
  }
  return {
    ret: BigInt.asUintN(32, outcome.value),
    result: null,
    context: line.input.kind === 'context' ? bytes : null,
    data: packet?.bytes() ?? null,
  };
}

/** The run lines of programs that give something else than they say; calls of plain functions are not programs. */
export function vmFailures(machine: Machine<PReg>, lines: readonly RunLine[]): readonly string[] {
  return lines
    .filter((line) => line.input.kind !== 'call')
    .flatMap((line) => {
      const { funcs, module } = machine;
      const vm = createVm({ funcs, module, helpers: testHelpers({ log: [] }), kfuncs: testKfuncs });
      return failureOf(line, (step) => execute(machine, vm, step)) ?? [];
    });
}
