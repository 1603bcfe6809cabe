/**
 * Runs golden programs natively: one Go program with every golden program as a package, built against the SDK's
 * simulator. Each run line is a process of its own, so that maps are fresh.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type ProgramRow, programRow } from '../src/bpf/programs.ts';
import { fromHex } from '../src/kernel/plan.ts';
import type { GoldenProgram } from './compiled.ts';
import { tool } from './requires.ts';
import { failureOf, type Outcome, type RunLine, stepsOf } from './run-lines.ts';

/** Bytes of an Ethernet header. */
const ethernet = 14;

interface GoRun {
  readonly program: GoldenProgram;
  readonly line: RunLine;
}

const nameOf = (program: GoldenProgram): string => basename(program.path, '.go');
/** `programs_calls`: the folder tells programs of one name apart. */
const aliasOf = ({ path }: GoldenProgram): string => `${basename(dirname(path))}_${basename(path, '.go')}`;
const isModule = (program: GoldenProgram): boolean => !program.path.endsWith('.go');
const importPath = (program: GoldenProgram): string =>
  isModule(program) ? nameOf(program) : `golden/${aliasOf(program)}`;

interface Entry {
  /** `cgroup_skb/egress`. */
  readonly attach: string;
  readonly row: ProgramRow;
  readonly hasResult: boolean;
}

/** How a program of the source is attached, and whether it has a result. */
function entryOf(program: GoldenProgram, name: string): Entry {
  const pattern = new RegExp(
    `^//bpf:attach (\\S+)\\n(?://.*\\n)*func ${name}\\([^)]*\\) *([\\w. ()]*?) *\\{`,
    'm',
  );
  const found = program.source.files.map(({ text }) => pattern.exec(text)).find((match) => match !== null);
  const point = programRow(found?.[1] ?? '');
  if (point === null) throw new Error(`${program.path}: ${name} is attached to nothing`);
  return { attach: point.kind, row: point.row, hasResult: found?.[2] !== '' };
}

/** Types that see a packet from its Ethernet header; others from behind it. */
const fromEthernet = new Set(['xdp', 'sched_cls', 'sched_act']);

/** Prints the return value, the context and the packet. */
function runStep(program: GoldenProgram, step: RunLine): string {
  const name = `${aliasOf(program)}.${step.name}`;
  const hex = step.input.kind === 'call' ? '' : step.input.hex;
  const { attach, row, hasResult } = entryOf(program, step.name);
  if (step.input.kind !== 'data') return `runContext("${attach}", ${name}, "${hex}")`;
  const skipped = fromEthernet.has(row.type) ? 0 : ethernet;
  const context =
    row.context === 'SKB'
      ? `&bpf.SKB{Buf: p[${skipped}:], Len: uint32(len(p) - ${skipped})}`
      : `&bpf.XDP{Buf: p}`;
  const run = hasResult
    ? `fmt.Sprint(int64(bpf.RunAs("${attach}", ${name}, ctx)))`
    : `runVoid(func() { bpf.RunVoid(${name}, ctx) })`;
  return `p := decode("${hex}"); ctx := ${context}; report(${run}, nil, p)`;
}

function runCase({ program, line }: GoRun, index: number): string {
  const steps = stepsOf(line).map((step) => `\t\t{ ${runStep(program, step)} }\n`);
  return `\tcase "${index}":\n${steps.join('')}`;
}

function mainFile(runs: readonly GoRun[]): string {
  const packages = [...new Set(runs.map(({ program }) => `${aliasOf(program)} "${importPath(program)}"`))];
  return `package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"unsafe"

	"bpfc/sdk/bpf"
${packages.map((line) => `\t${line}\n`).join('')})

func decode(text string) []byte {
	bytes, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return bytes
}

func report(ret string, context, packet []byte) {
	fmt.Printf("%s %s- %s-\\n", ret, hex.EncodeToString(context), hex.EncodeToString(packet))
}

func runVoid(run func()) string {
	run()
	return "-"
}

func runContext[T any, R bpf.Integer](attach string, program func(*T) R, text string) {
	ctx := new(T)
	view := unsafe.Slice((*byte)(unsafe.Pointer(ctx)), unsafe.Sizeof(*ctx))
	copy(view, decode(text))
	ret := bpf.RunAs(attach, program, ctx)
	report(fmt.Sprint(int64(ret)), view, nil)
}

func main() {
	switch os.Args[1] {
${runs.map(runCase).join('')}	}
}
`;
}

/** The module with the runs, and where it finds the others. */
function moduleFile(programs: readonly GoldenProgram[]): string {
  const found = new Map([
    ['bpfc/sdk/bpf', 'sdk/bpf'],
    ...programs.filter(isModule).map((program) => [nameOf(program), program.path] as const),
  ]);
  const lines = [...found].map(
    ([name, path]) => `require ${name} v0.0.0\nreplace ${name} => ${resolve(path)}\n`,
  );
  return `module golden\n\ngo 1.24\n\n${lines.join('')}`;
}

function outcomeOf(printed: string): Outcome {
  const [ret = '', context = '', data = ''] = printed.split(' ');
  const bytes = (text: string): Uint8Array | null => (text === '-' ? null : fromHex(text.slice(0, -1)));
  return { ret: ret === '-' ? null : BigInt(ret), result: null, context: bytes(context), data: bytes(data) };
}

/** What the native runs give other than their lines say. Needs Go; takes a build. */
export function nativeFailures(programs: readonly GoldenProgram[]): readonly string[] {
  const runs = programs.flatMap((program) =>
    program.runs
      .filter((line) => line.input.kind !== 'call' && line.onlyHere !== true)
      .map((line): GoRun => ({ program, line })),
  );
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-native-'));
  try {
    writeFileSync(join(folder, 'go.mod'), moduleFile(programs));
    for (const program of new Set(runs.map((run) => run.program))) {
      if (isModule(program)) continue;
      mkdirSync(join(folder, aliasOf(program)));
      cpSync(program.path, join(folder, aliasOf(program), 'program.go'));
    }
    writeFileSync(join(folder, 'main.go'), mainFile(runs));
    const binary = join(folder, 'runs');
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
    execFileSync(tool('go'), ['build', '-o', binary, '.'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return runs.flatMap(({ program, line }, index) => {
      const outcomes = execFileSync(binary, [String(index)], { encoding: 'utf8' })
        .trimEnd()
        .split('\n');
      const steps = stepsOf(line);
      const failure = failureOf(line, (step) => outcomeOf(outcomes[steps.indexOf(step)] ?? ''));
      return failure === null ? [] : [`${program.path}: ${failure}`];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
