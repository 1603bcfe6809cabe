/**
 * Short runs of arithmetic in our own output, with what is live behind them: what the rule finder looks at.
 *
 *     r1 = r2; w1 &= 65535; w1 ^= 65535    in udpecho, R2 dead behind it
 *     { before: 'rA = rB; wA &= 65535; wA ^= 65535', dead: 'B', programs: ['udpecho'] }
 *
 * Registers are letters in the order of their appearance, so that equal runs are one. Windows with the frame pointer are
 * left out: what is made of it the verifier must see as it is.
 */

import { liveAfterBlocks } from '../../src/bpf/live.ts';
import { framePointer, type MFunc, type MInst, type PReg } from '../../src/bpf/minst.ts';
import { clobbersOf, defsOf, rowOf, usesOf } from '../../src/bpf/operands.ts';
import { instText } from '../../src/bpf/template.ts';

type Inst = MInst<PReg>;

export interface Window {
  readonly insts: readonly Inst[];
  /** The text with letters. */
  readonly before: string;
  /** Letters of registers that nothing reads behind it. */
  readonly dead: string;
  readonly programs: readonly string[];
}

const lengths = [2, 3, 4] as const;

const isArithmetic = (i: Inst): boolean =>
  rowOf(i)?.kind === 'alu' &&
  i.frame === null &&
  i.sym === null &&
  ![...usesOf(i), ...defsOf(i)].some((r) => r === framePointer);

/** Registers in the order of their appearance. */
export function registersOf(insts: readonly Inst[]): readonly PReg[] {
  return [...new Set(insts.flatMap((i) => [...defsOf(i), ...usesOf(i)]))];
}

export const letterOf = (at: number): string => String.fromCharCode(65 + at);

/** Instructions as the text of a rule. */
export function lettered(insts: readonly Inst[], registers: readonly PReg[]): string {
  const line = (i: Inst): string =>
    instText(i, 'asm', () => '').replace(/\b([rw])(\d+)\b/g, (_, width: string, number: string) => {
      return `${width}${letterOf(registers.indexOf(Number(number) as PReg))}`;
    });
  return insts.map(line).join('; ');
}

/** Registers live before each instruction of a block, and behind the last. */
function liveWithin(body: readonly Inst[], after: ReadonlySet<number>): readonly ReadonlySet<number>[] {
  const live: Set<number>[] = [new Set(after)];
  for (const i of [...body].reverse()) {
    const before = new Set(live[0]);
    for (const r of [...defsOf(i), ...clobbersOf(i)]) before.delete(r);
    for (const r of usesOf(i)) before.add(r);
    live.unshift(before);
  }
  return live;
}

/** All windows of the functions, each once. */
export function windowsOf(
  list: readonly { readonly program: string; readonly func: MFunc<PReg> }[],
): readonly Window[] {
  const found = new Map<string, Window>();
  for (const { program, func } of list) {
    const after = liveAfterBlocks(func);
    func.blocks.forEach(({ body }, at) => {
      const live = liveWithin(body, after[at]!);
      for (let from = 0; from < body.length; from++) {
        for (const length of lengths) {
          const insts = body.slice(from, from + length);
          if (insts.length < length || !insts.every(isArithmetic)) break;
          const registers = registersOf(insts);
          const before = lettered(insts, registers);
          const dead = registers
            .flatMap((r, k) => (live[from + length]!.has(r) ? [] : [letterOf(k)]))
            .join('');
          const key = `${before} ${dead}`;
          const known = found.get(key);
          const programs = [...new Set([...(known?.programs ?? []), program])];
          found.set(key, { insts, before, dead, programs });
        }
      }
    });
  }
  return [...found.values()];
}
