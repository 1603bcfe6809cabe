/**
 * Runs golden programs natively: one Go program with every golden program as a package, built against the SDK's
 * simulator. Each run line is a process of its own, so that maps are fresh.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fromHex } from '../src/kernel/plan.ts';
import type { GoldenProgram } from './compiled.ts';
import { tool } from './requires.ts';
import { mismatch, type RunLine } from './run-lines.ts';

interface GoRun {
  readonly program: GoldenProgram;
  readonly line: RunLine;
}

const packageOf = (program: GoldenProgram): string => basename(program.path, '.go');

/** Prints the return value, the context and the packet. */
function runCase({ program, line }: GoRun, index: number): string {
  const name = `${packageOf(program)}.${line.name}`;
  const hex = line.input.kind === 'call' ? '' : line.input.hex;
  const body =
    line.input.kind === 'data'
      ? `p := decode("${hex}"); ret := bpf.Run(${name}, &bpf.XDP{Buf: p}); report(int64(ret), nil, p)`
      : `runContext(${name}, "${hex}")`;
  return `\tcase "${index}":\n\t\t${body}\n`;
}

function mainFile(runs: readonly GoRun[]): string {
  const packages = [...new Set(runs.map(({ program }) => packageOf(program)))];
  return `package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"unsafe"

	"bpfc/sdk/bpf"
${packages.map((name) => `\t"golden/${name}"\n`).join('')})

func decode(text string) []byte {
	bytes, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return bytes
}

func report(ret int64, context, packet []byte) {
	fmt.Printf("%d %s- %s-\\n", ret, hex.EncodeToString(context), hex.EncodeToString(packet))
}

func runContext[T any, R bpf.Integer](program func(*T) R, text string) {
	ctx := new(T)
	view := unsafe.Slice((*byte)(unsafe.Pointer(ctx)), unsafe.Sizeof(*ctx))
	copy(view, decode(text))
	ret := bpf.RunAs("syscall", program, ctx)
	report(int64(ret), view, nil)
}

func main() {
	switch os.Args[1] {
${runs.map(runCase).join('')}	}
}
`;
}

/** What the native runs give other than their lines say. Needs Go; takes a build. */
export function nativeFailures(programs: readonly GoldenProgram[]): readonly string[] {
  const runs = programs.flatMap((program) =>
    program.runs.filter((line) => line.input.kind !== 'call').map((line): GoRun => ({ program, line })),
  );
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-native-'));
  try {
    const sdk = resolve('sdk/bpf');
    writeFileSync(
      join(folder, 'go.mod'),
      `module golden\n\ngo 1.24\n\nrequire bpfc/sdk/bpf v0.0.0\n\nreplace bpfc/sdk/bpf => ${sdk}\n`,
    );
    for (const program of new Set(runs.map((run) => run.program))) {
      mkdirSync(join(folder, packageOf(program)));
      cpSync(program.path, join(folder, packageOf(program), 'program.go'));
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
      const output = execFileSync(binary, [String(index)], { encoding: 'utf8' });
      const [ret = '', context = '', data = ''] = output.trim().split(' ');
      const bytes = (text: string): Uint8Array | null => (text === '-' ? null : fromHex(text.slice(0, -1)));
      const difference = mismatch(line, {
        ret: BigInt(ret),
        result: null,
        context: bytes(context),
        data: bytes(data),
      });
      return difference === null ? [] : [`${program.path}: ${line.text}: ${difference}`];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
