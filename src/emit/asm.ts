/**
 * Text assembly: a section per program, Go source lines as comments, maps as symbols; and the two commands `bpfc asm`
 * and `bpfc disasm`, exact inverses on bytes.
 *
 *     	.section	"tracepoint/syscalls/sys_enter_openat","ax",@progbits
 *     	.globl	main
 *     main:
 *     # hello.go:5: func main() { bpf.TracePrintk("Hello world!\n") }
 *     	r1 = 2593
 *
 * Subprograms are repeated in the section of each program that calls them, so that a section is a whole program.
 * Invariant: llvm-mc makes of a section the bytes of `--emit bytecode`, and so does assembleText.
 */

import { copyInst, copyMFunc, withCode } from '../bpf/copy.ts';
import type { Machine } from '../../passes/pass.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import { lineText, type Pos, type SourceFile } from '../base/source.ts';
import { parseAssembly } from '../bpf/assembly-parse.ts';
import { printAssembly } from '../bpf/assembly-print.ts';
import { decode } from '../bpf/decode.ts';
import { assemble, type Endian, reachableFuncs } from '../bpf/encode.ts';
import { nameText, quote } from '../bpf/lexer.ts';
import { maps as mapTable } from '../bpf/maps.ts';
import type { MFunc, PReg } from '../bpf/minst.ts';
import type { Global, MapDecl } from '../ir/ir.ts';
import { unlinkedBytes } from './bytecode.ts';

/** `hello.go:5: text of the line`, or null without such a line. */
export function sourceLine(pos: Pos, files: readonly SourceFile[]): string | null {
  const file = files[pos.file];
  if (file === undefined || pos.line === 0) return null;
  return `${file.name}:${pos.line}: ${lineText(file, pos.line).trim()}`.trimEnd();
}

/** As the old `bpf_map_def` has it, which cilium/ebpf still opens: type, key size, value size, entries, flags. */
function mapText(map: MapDecl): string {
  const rows: Readonly<Record<string, { readonly id: number }>> = mapTable;
  const fields = [rows[map.type]?.id ?? 0, map.keySize, map.valueSize, map.maxEntries, map.flags];
  return `\t.globl\t${nameText(map.name)}\n${nameText(map.name)}:\n\t.long\t${fields.join(', ')}\n`;
}

function globalText(global: Global): string {
  const bytes =
    global.section === '.bss' ? `\t.zero\t${global.size}\n` : `\t.byte\t${[...global.init].join(', ')}\n`;
  return `\t.section\t${global.section}\n\t.balign\t${global.align}\n${nameText(global.name)}:\n${bytes}`;
}

/** A copy of the functions under names that are free in the file. */
function renamed(funcs: readonly MFunc<PReg>[], taken: Set<string>): readonly MFunc<PReg>[] {
  const names = new Map<string, string>();
  for (const { name } of funcs) {
    let free = name;
    for (let n = 1; taken.has(free); n++) free = `${name}.${n}`;
    taken.add(free);
    names.set(name, free);
  }
  const renameOf = (name: string): string => names.get(name) ?? name;
  return funcs.map((func) =>
    copyMFunc(func, {
      name: renameOf(func.name),
      blocks: func.blocks.map((block) =>
        withCode(
          block,
          block.body.map((inst) =>
            inst.sym?.kind === 'func'
              ? copyInst(inst, { sym: { ...inst.sym, name: renameOf(inst.sym.name) } })
              : inst,
          ),
        ),
      ),
    }),
  );
}

export function emitAsm(machine: Machine<PReg>, files: readonly SourceFile[]): string {
  const { programs, maps, globals, license } = machine.module;
  const taken = new Set([...maps.map((m) => m.name), ...globals.map((g) => g.name)]);
  let printed = 0;
  const parts = programs.map(({ name, section }) => {
    const funcs = renamed(reachableFuncs(machine, name), taken);
    const entry = nameText(funcs[0]?.name ?? name);
    const head = `\t.section\t${quote(section)},"ax",@progbits\n\t.globl\t${entry}\n\t.type\t${entry},@function\n`;
    const text = printAssembly(funcs, (pos) => sourceLine(pos, files), printed);
    printed += funcs.length;
    return head + text;
  });
  if (maps.length > 0) parts.push(`\t.section\tmaps,"aw",@progbits\n${maps.map(mapText).join('')}`);
  if (globals.length > 0) parts.push(globals.map(globalText).join(''));
  parts.push(`\t.section\tlicense,"aw",@progbits\n\t.asciz\t${quote(license)}\n`);
  return parts.join('\n');
}

/** Bytes of the one program in an assembly file; null after errors. */
export function assembleText(file: SourceFile, endian: Endian, diagnostics: Diagnostics): Uint8Array | null {
  const sections = parseAssembly(file, diagnostics);
  if (sections === null) return null;
  const text = sections.find((s) => s.name === '.text');
  const programs = sections.filter((s) => s !== text);
  const program = programs[0] ?? text;
  const whole = { file: file.id, start: 0, end: 0 };
  if (program === undefined || programs.length > 1) {
    const names = programs.map((s) => s.name).join(', ');
    const what =
      program === undefined ? 'there are no instructions' : `bytecode is one program, but here are ${names}`;
    diagnostics.report('bad-assembly', whole, { what });
    return null;
  }
  const all = { funcs: sections.flatMap((s) => s.funcs) };
  const funcs = new Set(program.funcs);
  for (const { name } of program.funcs) for (const func of reachableFuncs(all, name)) funcs.add(func);
  return unlinkedBytes(assemble([...funcs], endian), endian);
}

/** Assembly of linked bytecode; null after errors. */
export function disassemble(bytes: Uint8Array, endian: Endian, diagnostics: Diagnostics): string | null {
  const code = decode(bytes, { endian }, diagnostics);
  return code === null ? null : printAssembly(code.funcs);
}
