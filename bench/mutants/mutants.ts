/**
 * Wrong compilers: one line of the source changed, and the tests that ought to notice. Read by scripts/mutants.ts.
 *
 *     sub: k.sub(x, y)   →   k.sub(y, x)         swapped operands: the golden programs compute something else
 *
 * Invariant: `before` stands exactly once in its file.
 */

export interface Mutant {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** Files or folders of tests. */
  readonly tests: readonly string[];
}

const of = (file: string, tests: string, changes: readonly (readonly [before: string, after: string])[]) =>
  changes.map(([before, after]): Mutant => ({ file, before, after, tests: tests.split(' ') }));

export const mutants: readonly Mutant[] = [
  ...of(
    'src/base/bigint-algebra.ts',
    'passes/simplify.test.ts passes/backend.test.ts golden/golden.test.ts src/bpf src/vm',
    [
      ['add: (x, y, w) => unsigned(x + y, w)', 'add: (x, y) => x + y'],
      ['sub: (x, y, w) => unsigned(x - y, w)', 'sub: (x, y, w) => unsigned(y - x, w)'],
      ['(y === 0n ? 0n : x / y)', '(y === 0n ? x : x / y)'],
      ['unsigned(signed(x, w) / signed(y, w), w)', 'unsigned(x / y, w)'],
      ['urem: (x, y) => (y === 0n ? x : x % y)', 'urem: (x, y) => (y === 0n ? 0n : x % y)'],
      ['signed(x, w) % signed(y, w)', 'signed(x, w) % y'],
      ['lshr: (x, y, w) => x >> count(y, w)', 'lshr: (x, y, w) => signed(x, w) >> count(y, w)'],
      ['ashr: (x, y, w) => unsigned(signed(x, w) >> count(y, w), w)', 'ashr: (x, y, w) => x >> count(y, w)'],
      ['ult: (x, y) => bit(x < y)', 'ult: (x, y) => bit(x <= y)'],
      ['ule: (x, y) => bit(x <= y)', 'ule: (x, y) => bit(x < y)'],
      ['slt: (x, y, w) => bit(signed(x, w) < signed(y, w))', 'slt: (x, y) => bit(x < y)'],
      [
        'sle: (x, y, w) => bit(signed(x, w) <= signed(y, w))',
        'sle: (x, y, w) => bit(signed(x, w) < signed(y, w))',
      ],
      ['ite: (c, x, y) => (c === 1n ? x : y)', 'ite: (c, x, y) => (c === 1n ? y : x)'],
      ['sext: (x, from, to) => unsigned(signed(x, from), to)', 'sext: (x) => x'],
      ['trunc: (x, _from, to) => unsigned(x, to)', 'trunc: (x) => x'],
      ['y % BigInt(w)', 'y'],
    ],
  ),
  ...of('src/bpf/isa.ts', 'src/bpf passes/backend.test.ts golden/golden.test.ts src/vm', [
    ['const sub: Sem = (k, x, y, w) => k.sub(x, y, w)', 'const sub: Sem = (k, x, y, w) => k.sub(y, x, w)'],
    ['const jgt: Sem = (k, x, y, w) => k.ult(y, x, w)', 'const jgt: Sem = (k, x, y, w) => k.ule(y, x, w)'],
    ['const jlt: Sem = (k, x, y, w) => k.ult(x, y, w)', 'const jlt: Sem = (k, x, y, w) => k.slt(x, y, w)'],
    ['const jsge: Sem = (k, x, y, w) => k.sle(y, x, w)', 'const jsge: Sem = (k, x, y, w) => k.slt(y, x, w)'],
    [
      'const arsh: Sem = (k, x, y, w) => k.ashr(x, y, w)',
      'const arsh: Sem = (k, x, y, w) => k.lshr(x, y, w)',
    ],
    [
      'const neg: Sem = (k, x, _y, w) => k.sub(k.constant(0n, w), x, w)',
      'const neg: Sem = (k, x, _y, w) => k.sub(k.constant(1n, w), x, w)',
    ],
    ['k.sext(k.trunc(y, w, from), from, w)', 'k.zext(k.trunc(y, w, from), from, w)'],
    ['const be = (n: number) => ends(n, (big) => !big)', 'const be = (n: number) => ends(n, (big) => big)'],
    ['aluReg(0x0f, 64', 'aluReg(0x0d, 64'],
    ['aluImm(0x17, 64', 'aluImm(0x07, 64'],
    ['const argumentRegisters = [1, 2, 3, 4, 5] as const', 'const argumentRegisters = [1, 2, 3, 4] as const'],
    [
      "row('store', opcode, text, go, { dst: 'use', off: 'mem', imm: 's32', access })",
      "row('store', opcode, text, go, { dst: 'def', off: 'mem', imm: 's32', access })",
    ],
    [
      "row('load', opcode, text, go, { dst: 'def', src: 'use', off: 'mem', access, ...more })",
      "row('load', opcode, text, go, { dst: 'both', src: 'use', off: 'mem', access, ...more })",
    ],
    [
      'const jset: Sem = (k, x, y, w) => k.not(k.eq(k.and(x, y, w)',
      'const jset: Sem = (k, x, y, w) => k.not(k.eq(k.or(x, y, w)',
    ],
  ]),
  ...of(
    'src/bpf/operands.ts',
    'src/bpf passes/regalloc.test.ts passes/backend.test.ts golden/golden.test.ts',
    [
      [
        'if (row !== null && inst.src !== null && reads(row.src)) list.push(inst.src);',
        'if (row !== null && inst.src !== null && !reads(row.src)) list.push(inst.src);',
      ],
      ['list.push(...inst.defs);', 'list.push(...inst.defs.slice(1));'],
      [
        'inst.defs.length === 0 ? [...row.fixedDefs, ...row.clobbers] : row.clobbers',
        'inst.defs.length === 0 ? row.fixedDefs : []',
      ],
      ["rowOf(inst)?.dst === 'both'", "rowOf(inst)?.dst === 'def'"],
      ["rowOf(inst)?.kind === 'wide' ? 2 : 1", "rowOf(inst)?.kind === 'call' ? 2 : 1"],
    ],
  ),
  ...of('passes/frame.ts', 'passes/frame.test.ts passes/backend.test.ts golden/golden.test.ts', [
    ['Math.ceil((from + slot.size) / slot.align) * slot.align', 'from + slot.size'],
    ['if (depth <= from) break;', 'if (depth <= from + 1) break;'],
    [
      'if (to > depth - slot.size) depth = Math.max(depth, settle(to));',
      'if (to > depth - slot.size) depth = Math.max(depth, to);',
    ],
    ['[slot, -to]', '[slot, -to + 1]'],
    [
      'const taken = (conflicts.of.get(slot.id) ?? []).flatMap((other) => places.get(other) ?? []);',
      'const taken: Interval[] = [];',
    ],
  ]),
  ...of('src/ir/clearing.ts', 'src/ir passes golden/golden.test.ts', [
    ['const offset = from - (from % bytes);', 'const offset = from;'],
    ['offset + bytes > object.size', 'offset > object.size'],
    ['if (covered > most)', 'if (covered >= 0)'],
    ['open.delete(best.offset + k)', 'open.delete(best.offset + k + 1)'],
  ]),
  ...of('passes/rules/machine.ts', 'passes/peephole.test.ts passes/rules golden/golden.test.ts', [
    ['const [first, second] = O < P ? [K, L] : [L, K];', 'const [first, second] = [K, L];'],
    ['low % (2n * step) !== 0n', 'low % step !== 0n'],
    [
      "endian === 'little' ? [first, second] : [second, first]",
      "endian === 'big' ? [first, second] : [second, first]",
    ],
    ['contextTakesConstants(kernel) ? {', '!contextTakesConstants(kernel) ? {'],
    ["cpu === 'v3' || cpu === 'v4' ? {} : null", '{}'],
  ]),
  ...of('passes/nil-once.ts', 'passes/nil-once.test.ts golden/golden.test.ts', [
    [
      "(test.instr.op === 'icmp.eq') === taken ? 1n : 0n",
      "(test.instr.op === 'icmp.eq') === taken ? 0n : 1n",
    ],
    ['v === p.id) return [];', 'v !== p.id) return [];'],
    ['test.at !== at && tree.dominates(test.at, at);', 'tree.dominates(at, test.at);'],
  ]),
  ...of('passes/peephole.ts', 'passes/peephole.test.ts passes/backend.test.ts golden/golden.test.ts', [
    ['(live & (1 << registers[letter]!)) !== 0', '(live & (1 << registers[letter]!)) === -1'],
    ['known.set(i.dst!, BigInt.asUintN(32, i.imm))', 'known.set(i.dst!, BigInt.asUintN(64, i.imm))'],
    ["if (taken !== (test.op === 'jeq64_imm')", "if (taken === (test.op === 'jeq64_imm')"],
    [
      '(live & ~maskOf(defsOf(i)) & ~maskOf(clobbersOf(i))) | maskOf(usesOf(i))',
      'live & ~maskOf(defsOf(i)) & ~maskOf(clobbersOf(i))',
    ],
    ['for (const r of clobbersOf(i)) known.delete(r);', ''],
  ]),
  ...of('src/bpf/contexts.ts', 'passes/peephole.test.ts', [
    ['(major === 6 && minor >= 4)', '(major === 6 && minor >= 3)'],
  ]),
];
