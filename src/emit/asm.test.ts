import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requires, tool } from '../../golden/requires.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { printAssembly } from '../bpf/assembly-print.ts';
import { assembleProgram, type Endian, reachableFuncs } from '../bpf/encode.ts';
import { random, randomProgram } from '../bpf/generate.ts';
import type { MCode, PReg } from '../bpf/minst.ts';
import { isPhysical } from '../bpf/parse.ts';
import { assembleText, disassemble } from './asm.ts';
import { fromHex, toHex } from './hex.ts';

const hasLlvm = await requires('llvm');

function physical(next: (below: number) => number, size: number): MCode<PReg> {
  const code = randomProgram(next, size);
  if (!isPhysical(code)) throw new Error('not physical');
  return code;
}

function assembled(
  text: string,
  endian: Endian = 'little',
): { bytes: Uint8Array | null; messages: string[] } {
  const diagnostics = new Diagnostics();
  const bytes = assembleText(sourceFile(0, 'x.s', text), endian, diagnostics);
  return {
    bytes,
    messages: diagnostics.list.map((d) => `${text.slice(d.span?.start, d.span?.end)}: ${d.message}`),
  };
}

const hexOf = (text: string): string => Buffer.from(assembled(text).bytes ?? []).toString('hex');

/** Bytes of a section that llvm-mc makes. */
function llvmBytes(text: string, endian: Endian): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), 'bpfc-asm-'));
  try {
    const [source, object, raw] = ['x.s', 'x.o', 'x.bin'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(source, text);
    const arch = endian === 'little' ? 'bpfel' : 'bpfeb';
    execFileSync(tool('llvm'), [`-arch=${arch}`, '-mcpu=v4', '-filetype=obj', source, '-o', object], {
      stdio: 'pipe',
    });
    execFileSync(
      tool('llvm').replace('llvm-mc', 'llvm-objcopy'),
      ['-O', 'binary', '--only-section=.text', object, raw],
      { stdio: 'pipe' },
    );
    return readFileSync(raw);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('assembly', () => {
  test('asm(disasm(bytes)) is bytes for 10,000 generated programs, in both byte orders', () => {
    const next = random(11);
    for (let i = 0; i < 10_000; i++) {
      const endian = i % 2 === 0 ? 'little' : 'big';
      const { bytes } = assembleProgram(physical(next, 4), 'main', endian);
      const diagnostics = new Diagnostics();
      const text = disassemble(bytes, endian, diagnostics);
      expect(diagnostics.list).toEqual([]);
      expect(assembled(text ?? '', endian)).toEqual({ bytes, messages: [] });
    }
  });

  test('labels, sections, symbols, comments and clang’s directives read', () => {
    const text = `	.file "x.c"
	.section	xdp/drop,"ax",@progbits
	.globl	drop                    # -- Begin function drop
	.p2align	3
	.type	drop,@function
drop:
	r1 = hits ll
	call helper_like
	if w0 == 0 goto LBB0_2          // half
	goto +1
	r0 = *(u32 *)(r10 - 4)
LBB0_2:
	exit
.Lfunc_end0:
	.size	drop, .Lfunc_end0-drop
	.text
helper_like:
	w0 = 0xffffffff
	exit
	.section	.maps,"aw",@progbits
hits:
	.zero	32
`;
    const lines = [
      '1801000000000000' + '0000000000000000',
      '8510000004000000',
      '1600020000000000',
      '0500010000000000',
      '61a0fcff00000000',
      '9500000000000000',
      'b4000000ffffffff',
      '9500000000000000',
    ];
    expect(assembled(text).messages).toEqual([]);
    expect(hexOf(text)).toBe(lines.join(''));
  });

  test('errors are at tokens', () => {
    expect(
      assembled('r1 = 7\nr1 = nowhere ll\ngoto there\nr1 = v12\n.wat\nx: exit\nx: exit\n').messages,
    ).toEqual([
      '.wat: unknown directive .wat',
      'x: x is defined twice',
      'r1: nowhere is not defined',
      'there: no block there',
      'v12: unfinished instruction after v12',
    ]);
    expect(assembled('goto +7\nexit\n').messages).toEqual(['goto: jump to 8, where no instruction starts']);
    expect(assembled('# nothing\n').messages).toEqual([': there are no instructions']);
  });

  test.skipIf(!hasLlvm)('llvm-mc makes the same bytes', () => {
    // What LLVM 19 has no notation for.
    const foreign = /^(ld_(map|btf|func)|call_(kfunc|func)|load_acquire|store_release|ld_ind)/;
    const next = random(12);
    for (const endian of ['little', 'big'] as const) {
      const texts: string[] = [];
      const expected: Uint8Array[] = [];
      for (let i = 0; i < 300; i++) {
        const code = physical(next, 6);
        const funcs = reachableFuncs(code, 'main').map((f) => ({
          ...f,
          name: `${f.name}_${i}`,
          blocks: f.blocks.map((b) => ({ ...b, body: b.body.filter((inst) => !foreign.test(inst.op)) })),
        }));
        const main = { funcs: funcs.slice(0, 1) };
        const labelled = printAssembly(main.funcs).replaceAll('LBB0_', `LBB${i}_`);
        texts.push(labelled);
        expected.push(assembleProgram(main, `main_${i}`, endian).bytes);
      }
      expect(Buffer.from(llvmBytes(texts.join(''), endian)).equals(Buffer.concat(expected))).toBe(true);
    }
  });

  test.skipIf(!hasLlvm)('calls between functions are the same bytes in llvm-mc', () => {
    const text = 'main:\n\tcall sub\n\texit\nsub:\n\tr0 = 0x1122334455667788 ll\n\tcall sub\n\texit\n';
    expect(Buffer.from(llvmBytes(text, 'little')).toString('hex')).toBe(hexOf(text));
  });

  test('hexadecimal text', () => {
    expect(toHex(Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0, 1))).toBe('9500000000000000\n01\n');
    expect(fromHex('95 00\n0aFF ')).toEqual(Uint8Array.of(0x95, 0, 0x0a, 0xff));
    expect([fromHex('9'), fromHex('xx')]).toEqual([null, null]);
  });
});
