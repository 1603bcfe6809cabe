/**
 * Calls of integer functions as real Go makes them: the tool chain's tests are built with every such function wrapped,
 * run once, and each distinct call is written down with its results.
 *
 *     func add_uint64_1(a uint64) uint64 { … }
 *       → add_uint64_1 is a wrapper that records {args: [4294967296], results: [4294967297], panics: false}
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../requires.ts';
import type { GoFile, IntegerFunction } from './functions.ts';

export interface Call {
  readonly args: readonly bigint[];
  readonly results: readonly bigint[];
  readonly panics: boolean;
}

export interface Recorded {
  readonly calls: readonly Call[];
  /** Calls that the tests made, repetitions and those over the limit included. */
  readonly count: number;
}

/** Distinct calls kept of a function; exhaustive tests make a hundred thousand. */
const limit = 250;

const recorder = `package main

import (
	"fmt"
	"os"
	"testing"
)

type bpfcLog struct {
	seen  map[string]bool
	lines []string
	count int
}

var bpfcLogs = map[string]*bpfcLog{}

func bpfcBool(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func bpfcRecord(name string, done bool, args, results []uint64) {
	log := bpfcLogs[name]
	if log == nil {
		log = &bpfcLog{seen: map[string]bool{}}
		bpfcLogs[name] = log
	}
	log.count++
	line := fmt.Sprint(done, args, results)
	if !log.seen[line] && len(log.lines) < ${limit} {
		log.seen[line] = true
		log.lines = append(log.lines, line)
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	out, err := os.Create("calls.txt")
	if err != nil {
		panic(err)
	}
	for name, log := range bpfcLogs {
		fmt.Fprintln(out, "#", name, log.count)
		for _, line := range log.lines {
			fmt.Fprintln(out, line)
		}
	}
	out.Close()
	os.Exit(code)
}
`;

const word = (type: string, name: string): string =>
  type === 'bool' ? `bpfcBool(${name})` : `uint64(${name})`;

function wrapper({ name, params, results }: IntegerFunction): string {
  const list = (types: readonly string[], letter: string): string =>
    types.map((type, i) => `${letter}${i} ${type}`).join(', ');
  const words = (types: readonly string[], letter: string): string =>
    `[]uint64{${types.map((type, i) => word(type, `${letter}${i}`)).join(', ')}}`;
  const names = (types: readonly string[], letter: string): string =>
    types.map((_, i) => `${letter}${i}`).join(', ');
  return `
func ${name}(${list(params, 'a')}) (${list(results, 'r')}) {
	done := false
	defer func() { bpfcRecord("${name}", done, ${words(params, 'a')}, ${words(results, 'r')}) }()
	${names(results, 'r')} = bpfcImpl_${name}(${names(params, 'a')})
	done = true
	return
}
`;
}

/** The file with its integer functions renamed, and wrappers that take their names. */
function instrument(go: GoFile): string {
  const wrapped = new Set(go.integerFunctions.map((f) => f.name));
  let text = '';
  let at = 0;
  for (const decl of go.file.decls) {
    if (decl.kind !== 'FuncDecl' || decl.receiver !== null || !wrapped.has(decl.name.name)) continue;
    text += `${go.text.slice(at, decl.name.span.start)}bpfcImpl_`;
    at = decl.name.span.start;
  }
  return text + go.text.slice(at) + go.integerFunctions.map(wrapper).join('');
}

const numbers = (text: string): readonly bigint[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((n) => BigInt(n));

function parseCalls(text: string): ReadonlyMap<string, Recorded> {
  const found = new Map<string, { calls: Call[]; count: number }>();
  let current: Call[] = [];
  for (const line of text.split('\n')) {
    const head = /^# (\S+) (\d+)$/.exec(line);
    if (head !== null) {
      current = [];
      found.set(head[1] ?? '', { calls: current, count: Number(head[2]) });
      continue;
    }
    const call = /^(true|false) ?\[([^\]]*)\] ?\[([^\]]*)\]$/.exec(line);
    if (call === null) continue;
    current.push({
      panics: call[1] === 'false',
      args: numbers(call[2] ?? ''),
      results: numbers(call[3] ?? ''),
    });
  }
  return found;
}

/** Runs the tests in `folder` by Go; what they called of `files`, by function. The tests have to pass. */
export function recordCalls(folder: string, files: readonly GoFile[]): ReadonlyMap<string, Recorded> {
  const work = mkdtempSync(join(tmpdir(), 'bpfc-record-'));
  try {
    const names = new Set(files.map((file) => file.name));
    for (const name of readdirSync(folder))
      if (name.endsWith('_test.go') && !names.has(name)) cpSync(join(folder, name), join(work, name));
    for (const file of files) writeFileSync(join(work, file.name), instrument(file));
    writeFileSync(join(work, 'bpfc_record_test.go'), recorder);
    writeFileSync(join(work, 'go.mod'), 'module record\n\ngo 1.24\n');
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
    execFileSync(tool('go'), ['test', '-vet=off', '-trimpath', '-count=1', '.'], {
      cwd: work,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return parseCalls(readFileSync(join(work, 'calls.txt'), 'utf8'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
