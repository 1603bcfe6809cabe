import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GoFolder, goFolder } from '../../golden/go-tool.ts';
import { requires, tool } from '../../golden/requires.ts';
import { noPos } from '../base/source.ts';
import { inst as build, exit } from '../bpf/build.ts';
import { assemble } from '../bpf/encode.ts';
import { helpers } from '../bpf/helpers.ts';
import { type IsaName, isaNames, isaRow } from '../bpf/isa.ts';
import type { MFunc, MInst, PReg } from '../bpf/minst.ts';
import { instText } from '../bpf/template.ts';
import { instructionLines } from './listing.ts';
import { helperConstant } from './listing.ts';

/** An instruction of the row, with every operand different from its default. */
function sample(name: IsaName): MInst<PReg> {
  const row = isaRow(name);
  const imm = row.imm === 's64' || row.imm === 'pair' ? 0x1122334455667788n : row.imm === 'spaces' ? 1n : 7n;
  const func = row.imm === 'func';
  return build<PReg>(
    name,
    {
      dst: typeof row.dst === 'number' ? null : (1 as PReg),
      src: typeof row.src === 'number' ? null : (2 as PReg),
      off: row.off === 'mem' ? -4 : row.off === 'index' ? 3 : 0,
      imm: typeof row.imm === 'number' || row.imm === 'jump' || func ? 0n : imm,
      sym: func ? { kind: 'func', name: 'sub', offset: 0 } : null,
      target: row.off === 'jump' || row.imm === 'jump' ? 2 : null,
      uses: row.fixedUses as readonly number[] as readonly PReg[],
      defs: row.fixedDefs as readonly number[] as readonly PReg[],
    },
    noPos,
  );
}

/** The instruction, then an exit that jumps skip, then another; and a function to call. */
function program(name: IsaName): readonly MFunc<PReg>[] {
  const rest = { params: 0, slots: [], frameSize: 0, program: null, nextReg: 11, nextBlock: 3, pos: noPos };
  const done = [exit<PReg>(0 as PReg, noPos)];
  const blocks = [[sample(name)], done, done].map((body, id) => ({ id, body }));
  const sub: MFunc<PReg> = { name: 'sub', blocks: [{ id: 0, body: done }], ...rest };
  return [{ name: 'main', blocks, ...rest }, ...(isaRow(name).imm === 'func' ? [sub] : [])];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (name: IsaName): string => hex(assemble(program(name), 'little').bytes);
const firstBytes = (name: IsaName): string => bytesOf(name).slice(0, isaRow(name).kind === 'wide' ? 32 : 16);

/** Bytes of rows by LLVM, for those that it can read. Calls of functions are in asm.test.ts. */
function llvmRows(): ReadonlyMap<IsaName, string> {
  const rows = isaNames.filter((name) => isaRow(name).imm !== 'func');
  const input = rows.map((name) => `${instText(sample(name), 'asm', () => '+1')}\n`).join('');
  const run = spawnSync(tool('llvm'), ['-arch=bpfel', '-mcpu=v4', '--show-encoding'], {
    input,
    encoding: 'utf8',
  });
  const bad = new Set([...run.stderr.matchAll(/^<stdin>:(\d+):\d+: error/gm)].map((m) => Number(m[1])));
  const good = rows.filter((_, i) => !bad.has(i + 1));
  const codes = [...run.stdout.matchAll(/encoding: \[([^\]]*)\]/g)].map((m) =>
    (m[1] ?? '').replace(/0x|,/g, ''),
  );
  expect(codes.length).toBe(good.length);
  return new Map(good.map((name, i) => [name, codes[i] ?? '']));
}

const goRows = isaNames.filter((name) => isaRow(name).go !== null);

function goProgram(): string {
  const programs = goRows.map(
    (name) => `\t{"${name}", asm.Instructions{\n${instructionLines(program(name), []).join('\n')}\n}},\n`,
  );
  const names = Object.values(helpers).map(({ id }) => `asm.${helperConstant(id)}.Call(),\n`);
  return `package main

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/cilium/ebpf/asm"
)

var rows = []struct {
	name string
	ins  asm.Instructions
}{
${programs.join('')}}

var calls = asm.Instructions{
${names.join('')}}

func main() {
	for _, row := range rows {
		var buf bytes.Buffer
		if err := row.ins.Marshal(&buf, binary.LittleEndian); err != nil {
			fmt.Println(row.name, err)
			continue
		}
		fmt.Printf("%s %x\\n", row.name, buf.Bytes())
	}
	for i, call := range calls {
		if call.Constant != int64(i+1) {
			fmt.Println("helper", i+1, "is", call.Constant)
		}
	}
}
`;
}

const hasLlvm = await requires('llvm');
const hasGo = await requires('go');

describe('every row of the instruction table, in bytes', () => {
  let folder: GoFolder | null = null;
  beforeAll(() => {
    if (hasGo) folder = goFolder('rows');
  });
  afterAll(() => folder?.remove());

  test.skipIf(!hasLlvm)('as LLVM 19 has it', () => {
    const rows = llvmRows();
    for (const [name, bytes] of rows) expect(`${name} ${firstBytes(name)}`).toBe(`${name} ${bytes}`);
    expect(isaNames.filter((name) => !rows.has(name))).toEqual([
      'load_acquire_8',
      'load_acquire_16',
      'load_acquire_32',
      'load_acquire_64',
      'store_release_8',
      'store_release_16',
      'store_release_32',
      'store_release_64',
      'call_func',
      'call_kfunc',
      'ld_map_fd',
      'ld_map_value',
      'ld_btf_id',
      'ld_func',
      'ld_map_idx',
      'ld_map_idx_value',
      'ld_ind_8',
      'ld_ind_16',
      'ld_ind_32',
    ]);
  });

  test.skipIf(!hasGo)('as cilium/ebpf 0.22 has it', () => {
    folder?.write('main.go', goProgram());
    const lines = (folder?.go('run', '.') ?? '').trim().split('\n');
    expect(lines).toEqual(goRows.map((name) => `${name} ${bytesOf(name)}`));
  });

  test('rows that neither can express: none; by one alone: these, against the numbers of the kernel’s headers', () => {
    expect(isaNames.filter((name) => isaRow(name).go === null)).toEqual(['addr_space_cast']);
    expect(firstBytes('addr_space_cast')).toBe('bf21010001000000');
  });
});

test('without tools: one row of each class, from RFC 9669 and linux/bpf.h', () => {
  const known: Partial<Record<IsaName, string>> = {
    add64_reg: '0f21000000000000',
    sdiv32_imm: '3401010007000000',
    movsx16_64: 'bf21100000000000',
    bswap32: 'd701000020000000',
    ldx_s16: '8921fcff00000000',
    st_64: '7a01fcff07000000',
    atomic_cmpxchg_64: 'db21fcfff1000000',
    load_acquire_8: 'd321fcff00010000',
    store_release_16: 'cb21fcff10010000',
    jsle32_reg: 'de21010000000000',
    gotol: '0600000001000000',
    may_goto: 'e500010000000000',
    call_kfunc: '8520030007000000',
    ld_map_value: '18210000887766550000000044332211',
    ld_abs_16: '2800000007000000',
    ld_ind_32: '4020000007000000',
  };
  for (const name of isaNames)
    if (known[name] !== undefined) expect(`${name} ${firstBytes(name)}`).toBe(`${name} ${known[name]}`);
});

test.skipIf(!hasLlvm)('llvm-mc takes its own notation of 32-bit loads and stores', () => {
  const text = 'w1 = *(u32 *)(r2 + 4)\n*(u8 *)(r1 + 4) = w2\n';
  const out = execFileSync(tool('llvm'), ['-arch=bpfel', '-mcpu=v4', '--show-encoding'], {
    input: text,
    encoding: 'utf8',
  });
  expect(out).toContain('0x61,0x21,0x04');
});
