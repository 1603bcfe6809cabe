/**
 * Programs of the Go toolchain's own test suite (`$(go env GOROOT)/test`, kind `// run`), executed by real Go, by the
 * embedded machine and in the kernel.
 *
 *     fixedbugs/bug017.go: func main, called by a syscall program made here, ends in Go, in the VM and in the kernel
 *
 * They print with `println` and fail with a panic: Go's standard error is compared with what the program printed to
 * the trace, its exit status with the abort. Nothing of the suite is copied into this tree.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../../passes/pass.ts';
import type { PReg } from '../../src/bpf/minst.ts';
import { type CompileInput, type CompileResult, compile } from '../../src/compile.ts';
import { loadPlan, planModule } from '../../src/kernel/plan.ts';
import { runProgram } from '../../src/kernel/program.ts';
import type { System } from '../../src/kernel/system.ts';
import { printedText, type Trace } from '../../src/kernel/trace.ts';
import { testHelpers } from '../../src/model/helpers/helpers.ts';
import { createVm } from '../../src/vm/machine.ts';
import type { levels } from '../compiled.ts';
import { tool } from '../requires.ts';

/** How a run ended, and the lines that it printed. */
export interface Ended {
  readonly end: 'normal' | 'panic' | string;
  readonly printed: readonly string[];
}

const aborted = 0x7fffffff;
const entry = 'BpfcEntry';

const wrapper = `package main

type bpfcArgs struct{ A, B, Result uint64 }

//bpf:attach syscall
//bpf:panic ${aborted}
func ${entry}(ctx *bpfcArgs) int32 {
	main()
	return 0
}
`;

export function goRoot(): string {
  return execFileSync(tool('go'), ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
}

/** Where the suite lies; null if this installation of Go came without it. */
export function suiteFolder(): string | null {
  const folder = join(goRoot(), 'test');
  return existsSync(folder) ? folder : null;
}

function inputOf(folder: string, name: string): CompileInput {
  return {
    files: [
      { name, text: readFileSync(join(folder, name), 'utf8') },
      { name: 'entry.go', text: wrapper },
    ],
  };
}

export function compileRun(folder: string, name: string, optimize: (typeof levels)[number]): CompileResult {
  return compile({ ...inputOf(folder, name), options: { emit: 'object', optimize } });
}

/** What is printed before it comes from initialisers of the other programs in the binary. */
const marker = 'bpfc: main begins';

/** A package clause with another name, and a function that Go's other packages can call. */
function packaged(text: string, name: string): string {
  return `${text.replace(/^package main\b/m, `package ${name}`)}\nfunc BpfcMain() { println("${marker}"); main() }\n`;
}

/** Runs them all by Go: one build, one process each. */
export function runNatively(folder: string, names: readonly string[]): ReadonlyMap<string, Ended> {
  const work = mkdtempSync(join(tmpdir(), 'bpfc-gotest-'));
  try {
    writeFileSync(join(work, 'go.mod'), 'module suite\n\ngo 1.24\n');
    const cases = names.map((name, index) => {
      const pkg = `p${index}`;
      mkdirSync(join(work, pkg));
      writeFileSync(join(work, pkg, 'p.go'), packaged(readFileSync(join(folder, name), 'utf8'), pkg));
      return { imported: `\t"suite/${pkg}"\n`, code: `\tcase "${index}":\n\t\t${pkg}.BpfcMain()\n` };
    });
    writeFileSync(
      join(work, 'main.go'),
      `package main\n\nimport (\n\t"os"\n${cases.map((c) => c.imported).join('')})\n\nfunc main() {\n\tswitch os.Args[1] {\n${cases.map((c) => c.code).join('')}\t}\n}\n`,
    );
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
    execFileSync(tool('go'), ['build', '-trimpath', '-o', 'suite', '.'], { cwd: work, env });
    return new Map(
      names.map((name, index) => {
        const run = spawnSync(join(work, 'suite'), [String(index)], { encoding: 'utf8' });
        const lines = `${run.stdout}${run.stderr}`.split('\n');
        const panic = lines.findIndex((line) => /^(panic|fatal error|goroutine \d+ )/.test(line));
        const printed = lines
          .slice(lines.indexOf(marker) + 1, panic < 0 ? undefined : panic)
          .filter((line) => line !== '');
        return [name, { end: run.status === 0 ? 'normal' : 'panic', printed }];
      }),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const endOf = (result: number): string =>
  result === 0 ? 'normal' : result === aborted ? 'panic' : `result ${result}`;

export function runInVm(machine: Machine<PReg>): Ended {
  const printed: string[] = [];
  const { funcs, module } = machine;
  const vm = createVm({ funcs, module, helpers: testHelpers({ log: printed }) });
  const outcome = vm.run(entry, [vm.memory.allocate('context', new Uint8Array(24))]);
  if (outcome.kind === 'fault') return { end: `fault: ${outcome.message}`, printed };
  return { end: endOf(Number(BigInt.asUintN(32, outcome.value))), printed };
}

export function runInKernel(system: System, machine: Machine<PReg>, trace: Trace | null): Ended {
  const plan = planModule(machine, 'little');
  const loaded = loadPlan(system, plan);
  try {
    const program = loaded.programs.get(entry);
    const type = plan.programs.find((p) => p.name === entry)?.type;
    if (program === undefined || type === undefined) return { end: 'no program', printed: [] };
    if (!program.ok) return { end: `refused: ${program.reason}: ${program.log.slice(-300)}`, printed: [] };
    trace?.lines();
    const { result } = runProgram(system, program.fd, type, { context: new Uint8Array(24) });
    const own = `-${process.pid} `;
    const printed = (trace?.lines() ?? [])
      .filter((line) => line.includes(own))
      .flatMap((line) => printedText(line) ?? [])
      .filter((line) => line !== '');
    return { end: endOf(result), printed };
  } finally {
    loaded.close();
  }
}
