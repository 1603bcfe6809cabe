/**
 * What is wrong with machine code that somebody wrote as text: registers beyond the function's, or read before they are
 * written, slots that it does not have, control that falls off its end. The passes rely on none of it being so.
 *
 *     malformedCode(func)     →  ['b0: v12 is read before it is written']
 */

import { liveness } from '../base/liveness.ts';
import { fallsThrough, machineFlow } from './flow.ts';
import { framePointer, type MFunc } from './minst.ts';
import { clobbersOf, defsOf, isTerminator, usesOf } from './operands.ts';
import { registerText } from './template.ts';

/** Per block: registers that it reads before writing them, and those that it writes. */
function effects<R extends number>(func: MFunc<R>) {
  return func.blocks.map(({ body }) => {
    const [uses, definitions] = [new Set<number>(), new Set<number>()];
    for (const inst of body) {
      for (const use of usesOf(inst)) if (!definitions.has(use)) uses.add(use);
      for (const def of [...defsOf(inst), ...clobbersOf(inst)]) definitions.add(def);
    }
    return { uses, definitions };
  });
}

/** Reads that no write comes before, on some path. */
function unwritten<R extends number>(func: MFunc<R>): readonly number[] {
  const blocks = effects(func);
  const live = liveness({
    graph: machineFlow(func).graph,
    values: func.nextReg,
    uses: blocks.map((b) => b.uses),
    definitions: blocks.map((b) => b.definitions),
  });
  const given = (r: number): boolean => (r >= 1 && r <= func.params) || r === framePointer;
  return (live.liveIn[0] ?? []).filter((r) => !given(r));
}

export function malformedCode<R extends number>(func: MFunc<R>): readonly string[] {
  const problems: string[] = [];
  const slots = new Set(func.slots.map((slot) => slot.id));
  for (const { id, body } of func.blocks) {
    const end = body.findIndex(isTerminator);
    if (end >= 0 && body.slice(end).some((inst) => !isTerminator(inst)))
      problems.push(`b${id}: instructions stand behind a jump`);
    for (const inst of body) {
      for (const r of [...usesOf(inst), ...defsOf(inst)])
        if (r >= func.nextReg) problems.push(`b${id}: ${registerText(r, 64)} is not below v${func.nextReg}`);
      if (inst.frame !== null && !slots.has(inst.frame.slot))
        problems.push(`b${id}: no slot s${inst.frame.slot}`);
    }
  }
  const last = func.blocks.at(-1);
  if (last === undefined) problems.push('it has no blocks');
  else if (fallsThrough(last)) problems.push(`b${last.id}: control falls off the end`);
  if (problems.length > 0) return problems;
  return unwritten(func).map((r) => `${registerText(r, 64)} is read before it is written`);
}
