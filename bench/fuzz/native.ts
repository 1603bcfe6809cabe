/**
 * Runs random programs as Go does, against the SDK: many programs in one package, one build, one process. What Go
 * refuses is found by its file's name, and the others are built without it.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tool } from '../../golden/requires.ts';
import type { Input } from './inputs.ts';
import { type Piece, render } from './piece.ts';
import type { MapVariable } from './state.ts';
import { goFile } from './text.ts';

export interface NativeProgram {
  readonly tree: Piece;
  readonly maps: readonly MapVariable[];
  readonly inputs: readonly Input[];
}

export type NativeResult =
  | { readonly kind: 'ran'; readonly lines: readonly string[] }
  /** Go's complaint. */
  | { readonly kind: 'refused'; readonly message: string };

const aborted = 0x7fffffff;

const prefixOf = (index: number): string => `P${index}_`;

/** Sets package variables back to what they start with. */
function resets(text: string): string {
  const lines = [...text.matchAll(/^var (P\d+_[gma]\d+) ([^=\n]*?)(?: ?= (.*))?$/gm)];
  return lines
    .map(([, name = '', type = '', value]) =>
      value !== undefined ? `\t${name} = ${value}\n` : `\t${name} = *new(${type.trim()})\n`,
    )
    .join('');
}

/** Prints a map's content: every index of an array, every entry of a hash. */
function dump(map: MapVariable, prefix: string): string {
  const name = render(map.name, prefix);
  const shown = render(map.name, '');
  const value = render(map.value.name, prefix);
  switch (map.kind) {
    case 'Array':
      return `\tfor i := uint32(0); i < ${map.entries}; i++ { if v := ${name}.Lookup(i); v != nil { entry(&i, v) } else { var z ${value}; entry(&i, &z) } }\n\tdumped("${shown}")\n`;
    case 'HashMap':
      return `\t${name}.ForEach(func(k *${map.key.name}, v *${value}) bool { entry(k, v); return true })\n\tdumped("${shown}")\n`;
    case 'go':
      return `\tfor k, v := range ${name} { entry(&k, &v) }\n\tdumped("${shown}")\n`;
    default:
      return map.kind satisfies never;
  }
}

function programFile(program: NativeProgram, index: number): string {
  const prefix = prefixOf(index);
  const text = goFile(program.tree, prefix);
  return `${text}
func ${prefix}reset() {
${resets(text)}}

func ${prefix}dump() {
${program.maps.map((map) => dump(map, prefix)).join('')}}
`;
}

const mainStart = `package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"sort"
	"strings"
	"unsafe"

	"bpfc/sdk/bpf"
)

type program struct {
	run    func(unsafe.Pointer) int32
	reset  func()
	dump   func()
	inputs []uint64
}

type quiet struct{}

func (quiet) Logf(string, ...any) {}

var out = bufio.NewWriter(os.Stdout)
var entries, maps []string

func bytesOf[T any](p *T) string {
	return hex.EncodeToString(unsafe.Slice((*byte)(unsafe.Pointer(p)), unsafe.Sizeof(*p)))
}

func entry[K, V any](k *K, v *V) { entries = append(entries, bytesOf(k)+"="+bytesOf(v)+";") }

func dumped(name string) {
	sort.Strings(entries)
	maps = append(maps, name+":"+strings.Join(entries, ""))
	entries = nil
}

func protected(run func(unsafe.Pointer) int32, ctx unsafe.Pointer) (ret int32) {
	defer func() {
		if recover() != nil {
			ret = ${aborted}
		}
	}()
	return run(ctx)
}

func once(index int, p program, a, b uint64) {
	p.reset()
	bpf.ResetTest()
	bpf.LogTo(quiet{})
	ctx := make([]byte, 24)
	binary.LittleEndian.PutUint64(ctx, a)
	binary.LittleEndian.PutUint64(ctx[8:], b)
	ret := protected(p.run, unsafe.Pointer(&ctx[0]))
	maps = nil
	p.dump()
	var log []string
	for _, text := range bpf.TestLog() {
		log = append(log, strings.TrimSuffix(text, "\\n"))
	}
	fmt.Fprintf(out, "%d ret=%d ctx=%s maps=[%s] log=[%s]\\n", index, ret, hex.EncodeToString(ctx), strings.Join(maps, " "), strings.Join(log, "|"))
}

func main() {
	defer out.Flush()
	for index, p := range programs {
		if p.run == nil {
			continue
		}
		for i := 0; i < len(p.inputs); i += 2 {
			once(index, p, p.inputs[i], p.inputs[i+1])
		}
	}
}
`;

function mainFile(programs: readonly NativeProgram[], kept: readonly number[]): string {
  const row = (index: number): string => {
    const p = prefixOf(index);
    const inputs = (programs[index]?.inputs ?? []).map(({ a, b }) => `${a}, ${b}`).join(', ');
    return `\t${index}: {func(p unsafe.Pointer) int32 { return ${p}Main((*${p}Args)(p)) }, ${p}reset, ${p}dump, []uint64{${inputs}}},\n`;
  };
  return `${mainStart}\nvar programs = [${programs.length}]program{\n${kept.map(row).join('')}}\n`;
}

const environment = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', GOMAXPROCS: '2' };

/** Builds; what Go refuses is told by index. */
function build(folder: string): ReadonlyMap<number, string> {
  // Without optimisation the build takes half the time; what programs mean does not depend on it.
  const args = ['build', '-gcflags=-e -N -l', '-ldflags=-s -w', '-o', join(folder, 'run'), '.'];
  const done = spawnSync(tool('go'), args, {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (done.status === 0) return new Map();
  const refused = new Map<number, string>();
  for (const match of done.stderr.matchAll(/^\.\/p(\d+)\.go:\d+:\d+: .*$/gm)) {
    const index = Number(match[1]);
    if (!refused.has(index)) refused.set(index, match[0]);
  }
  if (refused.size === 0) throw new Error(`go build failed: ${done.stderr.slice(0, 3000)}`);
  return refused;
}

/** One result for each program. */
export function runNatively(programs: readonly NativeProgram[]): readonly NativeResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'bpfc-fuzz-'));
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'go.mod'),
      `module fuzz\n\ngo 1.24\n\nrequire bpfc/sdk/bpf v0.0.0\n\nreplace bpfc/sdk/bpf => ${resolve('sdk/bpf')}\n`,
    );
    for (const [i, p] of programs.entries()) writeFileSync(join(folder, `p${i}.go`), programFile(p, i));
    const refused = new Map<number, string>();
    for (;;) {
      const kept = programs.map((_, i) => i).filter((i) => !refused.has(i));
      writeFileSync(join(folder, 'main.go'), mainFile(programs, kept));
      const more = build(folder);
      if (more.size === 0) break;
      for (const [index, message] of more) {
        refused.set(index, message);
        rmSync(join(folder, `p${index}.go`), { force: true });
      }
    }
    const done = spawnSync(join(folder, 'run'), [], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      timeout: 120_000,
    });
    if (done.status !== 0)
      throw new Error(`native run failed: ${done.status} ${done.signal} ${done.stderr.slice(0, 3000)}`);
    const lines = programs.map((): string[] => []);
    for (const line of done.stdout.split('\n')) {
      const space = line.indexOf(' ');
      if (space > 0) lines[Number(line.slice(0, space))]?.push(line.slice(space + 1));
    }
    return programs.map((_, i): NativeResult => {
      const message = refused.get(i);
      return message === undefined ? { kind: 'ran', lines: lines[i] ?? [] } : { kind: 'refused', message };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
