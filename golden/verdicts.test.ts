/**
 * What programs of every kind give when they abort, when their result is out of range, and when they have none: as
 * their row says, natively, by the evaluator, by the embedded machine, and in the kernel where it runs such programs.
 *
 *     //bpf:attach cgroup/recvmsg4
 *     func Aborts3(ctx *bpf.SockAddr) bpf.Verdict { return bpf.Verdict(table[At]) }      1, since 0 is refused
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { must } from '../src/base/assert.ts';
import { type ProgramRow, programs } from '../src/bpf/programs.ts';
import { compile } from '../src/compile.ts';
import { createMachine, evaluate } from '../src/ir/eval.ts';
import { loadObject } from '../src/kernel/object.ts';
import { runProgram } from '../src/kernel/program.ts';
import { testHelpers } from '../src/model/helpers/helpers.ts';
import { readBpfObject } from '../src/object/bpf-object.ts';
import { createVm } from '../src/vm/machine.ts';
import { describeErrors, levels } from './compiled.ts';
import { kernelSystem, requires, tool } from './requires.ts';

/** Where a kind has to be attached to something. */
const targets: Readonly<Record<string, string>> = {
  tracepoint: 'syscalls/sys_enter_openat',
  raw_tracepoint: 'sys_enter',
  raw_tracepoint_writable: 'nbd_send_request',
  tp_btf: 'sched_switch',
  lsm: 'file_open',
  iter: 'task',
};

interface Kind {
  readonly kind: string;
  readonly row: ProgramRow;
  readonly index: number;
}

/** Of struct_ops programs the table has the result, of freplace programs what they replace. */
const kinds: readonly Kind[] = Object.entries(programs)
  .map(([kind, row], index): Kind => ({ kind, row, index }))
  .filter(({ row }) => row.type !== 'struct_ops' && row.type !== 'ext');

const outcomes = ['Aborts', 'Ranges', 'Silent'] as const;
type Outcome = (typeof outcomes)[number];

const hasOutcome = ({ row }: Kind, outcome: Outcome): boolean => outcome !== 'Ranges' || row.results !== null;

function attachment({ kind, row }: Kind): string {
  if (row.target !== 'required') return kind;
  const hook = kind.replace(/\.s$/, '');
  return `${kind}/${targets[hook] ?? targets[row.type] ?? 'vfs_read'}`;
}

const resultOf = ({ row }: Kind): string => (row.resultType === null ? 'int32' : `bpf.${row.resultType}`);
const contextOf = ({ row }: Kind): string => (row.context === null ? 'words' : `bpf.${row.context}`);

function programText(k: Kind, outcome: Outcome): string {
  const result = outcome === 'Silent' ? '' : resultOf(k);
  const body = { Aborts: `return ${result}(table[At])`, Ranges: `return ${result}(At)`, Silent: '' }[outcome];
  const name = `${outcome}${k.index}`;
  return `//bpf:attach ${attachment(k)}\nfunc ${name}(ctx *${contextOf(k)}) ${result} { ${body} }\n`;
}

const text = `package verdicts

import "bpfc/sdk/bpf"

// At is 4, which nobody knows before the program runs.
var At uint32 = 4

var table [4]uint32

type words [8]uint64

func Words() *words { return new(words) }

${kinds.flatMap((k) => outcomes.filter((o) => hasOutcome(k, o)).map((o) => programText(k, o))).join('\n')}`;

/** By program, the low 32 bits. */
const expected: Readonly<Record<string, number>> = Object.fromEntries(
  kinds.flatMap((k) =>
    outcomes
      .filter((o) => hasOutcome(k, o))
      .map((o) => [
        `${o}${k.index}`,
        Number(BigInt.asUintN(32, o === 'Silent' ? k.row.defaultResult : k.row.abort)),
      ]),
  ),
);

const compiled = (optimize: (typeof levels)[number]) =>
  compile({
    files: [{ name: 'verdicts.go', text }],
    options: { emit: 'object', optimize, targetKernel: '7.3' },
  });

const names = Object.keys(expected);
const low = (value: bigint | null): number => Number(BigInt.asUintN(32, value ?? 0n));
const contextBytes = 256;

describe.each(levels)('-O%s', (optimize) => {
  const result = compiled(optimize);

  test('by the evaluator and the embedded machine', () => {
    expect(describeErrors(result)).toBe('');
    const module = must(result.module, 'SSA');
    const { funcs, module: facts } = must(result.machine, 'machine code');
    const evaluated = names.map((name) => {
      const machine = createMachine(module, { helpers: testHelpers({ log: [] }) });
      const context = machine.memory.allocate('context', new Uint8Array(contextBytes));
      const outcome = evaluate(machine, name, [context]);
      return [name, outcome.kind === 'return' ? low(outcome.value) : outcome.kind];
    });
    expect(Object.fromEntries(evaluated)).toEqual(expected);
    const vm = createVm({ funcs, module: facts, helpers: testHelpers({ log: [] }) });
    const run = names.map((name) => {
      const outcome = vm.run(name, [vm.memory.allocate('context', new Uint8Array(contextBytes))]);
      return [name, outcome.kind === 'return' ? low(outcome.value) : outcome.message];
    });
    expect(Object.fromEntries(run)).toEqual(expected);
  });
});

const hasKernel = await requires('kernel');
const hasGo = await requires('go');

/** Types that BPF_PROG_TEST_RUN executes, with what they get. */
const packet = { data: new Uint8Array(64) };
const testRuns: Readonly<Record<string, { readonly data?: Uint8Array; readonly context?: Uint8Array }>> = {
  xdp: packet,
  sched_cls: packet,
  sched_act: packet,
  socket_filter: packet,
  cgroup_skb: packet,
  lwt_in: packet,
  lwt_out: packet,
  lwt_xmit: packet,
  syscall: { context: new Uint8Array(64) },
};

/** A kernel may have no trampolines, and no infrared receivers; then nothing loads these types. */
const notEverywhere = new Set(['tracing', 'lsm', 'lirc_mode2']);

test.skipIf(!hasKernel)(
  'in the kernel',
  async () => {
    const system = await kernelSystem();
    const object = must(compiled('2').artifact, 'an object');
    if (!(object instanceof Uint8Array)) throw new Error('no object');
    const wrong: string[] = [];
    for (const k of kinds) {
      const own = outcomes.filter((o) => hasOutcome(k, o)).map((o) => `${o}${k.index}`);
      // XDP programs of a map entry, and those attached to a device, are not run by themselves.
      const input = k.row.attachType === null || k.row.type !== 'xdp' ? testRuns[k.row.type] : undefined;
      const loaded = loadObject(system, readBpfObject(object), { only: own });
      try {
        for (const name of own) {
          const program = must(loaded.programs.get(name), name);
          const label = `${k.kind}: ${name}`;
          if (!program.ok) {
            if (!notEverywhere.has(k.row.type))
              wrong.push(`${label}: ${program.reason} ${program.log.slice(-300)}`);
          } else if (input !== undefined) {
            const { result } = runProgram(system, program.fd, k.row.typeId, input);
            if (result !== expected[name]) wrong.push(`${label}: ${result}, expected ${expected[name]}`);
          }
        }
      } finally {
        loaded.close();
      }
    }
    expect(wrong).toEqual([]);
  },
  120_000,
);

test.skipIf(!hasGo)(
  'natively',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpfc-verdicts-'));
    try {
      const wanted = kinds.flatMap((k) =>
        (['Aborts', 'Ranges'] as const).filter((o) => hasOutcome(k, o)).map((o) => ({ k, o })),
      );
      const calls = wanted.map(({ k, o }) => {
        const context = k.row.context === null ? 'verdicts.Words()' : `new(${contextOf(k)})`;
        const name = `${o}${k.index}`;
        return `\tfmt.Println("${name}", uint32(bpf.RunAs("${k.kind}", verdicts.${name}, ${context})))\n`;
      });
      writeFileSync(
        join(folder, 'go.mod'),
        `module runs\n\ngo 1.24\n\nrequire bpfc/sdk/bpf v0.0.0\n\nreplace bpfc/sdk/bpf => ${resolve('sdk/bpf')}\n`,
      );
      mkdirSync(join(folder, 'verdicts'));
      writeFileSync(join(folder, 'verdicts/verdicts.go'), text);
      writeFileSync(
        join(folder, 'main.go'),
        `package main\n\nimport (\n\t"fmt"\n\n\t"bpfc/sdk/bpf"\n\t"runs/verdicts"\n)\n\nfunc main() {\n${calls.join('')}}\n`,
      );
      const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
      const output = execFileSync(tool('go'), ['run', '.'], { cwd: folder, env, encoding: 'utf8' });
      const got = Object.fromEntries(
        [...output.matchAll(/^(\w+) (\d+)$/gm)].map((m) => [m[1] ?? '', Number(m[2])]),
      );
      expect(got).toEqual(
        Object.fromEntries(wanted.map(({ k, o }) => [`${o}${k.index}`, expected[`${o}${k.index}`]])),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
