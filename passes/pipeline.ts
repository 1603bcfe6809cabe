/**
 * The pipeline: every pass, in the order in which it runs, and why the order is as it is.
 *
 * `-O0` runs the steps that lowering and the machine need; `-O2` and `-Os` run all. A pass may stand more than once.
 * The constraints are checked by a test: adding a pass in the wrong place fails with the reason.
 */

import { accumulate } from './accumulate.ts';
import { arrayValues } from './array-values.ts';
import { boundOffsets } from './bound-offsets.ts';
import { callSlots } from './call-slots.ts';
import { cfgSimplify } from './cfg-simplify.ts';
import { checkHelpers } from './check-helpers.ts';
import { checkKfuncs } from './check-kfuncs.ts';
import { checkPackets } from './check-packets.ts';
import { checkReferences } from './check-references.ts';
import { constantLoads } from './constant-loads.ts';
import { contextFields } from './context-fields.ts';
import { copyProp } from './copy-prop.ts';
import { cursors } from './cursors.ts';
import { dce } from './dce.ts';
import { deadSpills } from './dead-spills.ts';
import { demandedBitsPass } from './demanded-bits.ts';
import { doubleRotations } from './double-rotations.ts';
import { dse } from './dse.ts';
import { earlyResults } from './early-results.ts';
import { edgeValues } from './edge-values.ts';
import { expandMemory } from './expand-memory.ts';
import { frame } from './frame.ts';
import { fuseAdds } from './fuse-adds.ts';
import { gvn } from './gvn.ts';
import { inline } from './inline.ts';
import { knownCopies } from './known-copies.ts';
import { layout } from './layout.ts';
import { loadElim } from './load-elim.ts';
import { lowerAborts } from './lower-aborts.ts';
import { mem2reg } from './mem2reg.ts';
import { mergeAccesses } from './merge-accesses.ts';
import { nilChecks } from './nil-checks.ts';
import { nilOnce } from './nil-once.ts';
import { nilParams } from './nil-params.ts';
import { packetChecks } from './packet-checks.ts';
import { packetReadsPass } from './packet-reads.ts';
import { packetOffsets } from './packet-offsets.ts';
import { outlineLoops } from './outline-loops.ts';
import type { AnyPass, Target } from './pass.ts';
import { peephole } from './peephole.ts';
import { pointerArgs } from './pointer-args.ts';
import { regalloc } from './regalloc.ts';
import { select } from './select.ts';
import { simplify } from './simplify.ts';
import { stringsToStack } from './strings-to-stack.ts';
import { threadEdges } from './thread-edges.ts';
import { unrollLoops } from './unroll-loops.ts';
import { verifyBudget } from './verify-budget.ts';
import { wideCompares } from './wide-compares.ts';
import { widenStores } from './widen-stores.ts';
import { zeroRecords } from './zero-records.ts';

export interface Step {
  readonly pass: AnyPass;
  /** Levels at which the step runs. */
  readonly levels: readonly Target['opt'][];
}

const always = ['0', '2', 's'] as const;
const optimised = ['2', 's'] as const;
const small = ['s'] as const;
const fast = ['2'] as const;

const step = (pass: AnyPass, levels: readonly Target['opt'][]): Step => ({ pass, levels });

export const pipeline: readonly Step[] = [
  step(checkHelpers, always),
  step(mem2reg, always),
  step(checkReferences, always),
  step(checkKfuncs, always),
  step(checkPackets, always),
  step(zeroRecords, always),
  step(nilOnce, always),
  step(cfgSimplify, optimised),
  step(copyProp, optimised),
  step(simplify, optimised),
  step(gvn, optimised),
  step(dce, always),
  step(inline, always),
  step(nilOnce, always),
  step(cfgSimplify, optimised),
  step(mem2reg, always),
  step(copyProp, optimised),
  step(arrayValues, optimised),
  step(nilChecks, optimised),
  step(loadElim, optimised),
  step(simplify, optimised),
  step(gvn, optimised),
  step(cfgSimplify, optimised),
  step(threadEdges, optimised),
  step(nilChecks, optimised),
  step(nilParams, optimised),
  step(cfgSimplify, optimised),
  step(unrollLoops, optimised),
  step(mem2reg, optimised),
  step(copyProp, optimised),
  step(simplify, optimised),
  step(cfgSimplify, optimised),
  step(packetOffsets, optimised),
  step(packetChecks, optimised),
  step(cfgSimplify, optimised),
  step(outlineLoops, always),
  step(lowerAborts, always),
  step(cfgSimplify, optimised),
  step(expandMemory, always),
  step(simplify, optimised),
  step(gvn, optimised),
  step(packetReadsPass, optimised),
  step(loadElim, optimised),
  step(constantLoads, optimised),
  step(simplify, optimised),
  step(gvn, optimised),
  step(demandedBitsPass, optimised),
  step(doubleRotations, small),
  step(wideCompares, optimised),
  step(mergeAccesses, optimised),
  step(fuseAdds, small),
  step(accumulate, fast),
  step(widenStores, optimised),
  step(dse, optimised),
  step(callSlots, optimised),
  step(dce, optimised),
  step(contextFields, optimised),
  step(cursors, optimised),
  step(boundOffsets, optimised),
  step(edgeValues, optimised),
  step(dce, always),
  step(stringsToStack, always),
  step(pointerArgs, always),
  step(select, always),
  step(regalloc, always),
  step(knownCopies, optimised),
  step(deadSpills, always),
  step(frame, always),
  step(peephole, optimised),
  step(earlyResults, optimised),
  step(layout, always),
  step(verifyBudget, always),
];

export interface OrderConstraint {
  /** Every run of this pass … */
  readonly before: string;
  /** … comes before every run of that one. */
  readonly after: string;
  readonly reason: string;
}

export const orderConstraints: readonly OrderConstraint[] = [
  {
    before: 'array-values',
    after: 'nil-checks',
    reason: 'the address of a value is never nil, the result of a lookup may be',
  },
  {
    before: 'array-values',
    after: 'pointer-args',
    reason: 'the key is known while it is a byref of a constant',
  },
  {
    before: 'thread-edges',
    after: 'packet-checks',
    reason: 'an access behind a check that may have failed is not merged with what comes later',
  },
  {
    before: 'load-elim',
    after: 'fuse-adds',
    reason: 'an atomic addition says nothing of the value, a store does',
  },
  {
    before: 'load-elim',
    after: 'merge-accesses',
    reason: 'loads that others read too are not merged into a copy',
  },
  {
    before: 'simplify',
    after: 'cursors',
    reason: 'simplification moves distances back into the accesses',
  },
  {
    before: 'packet-checks',
    after: 'cursors',
    reason: 'checks are compared by their base, which cursors change',
  },
  {
    before: 'gvn',
    after: 'bound-offsets',
    reason: 'value numbering would give the offsets computed anew to the first computation again',
  },
  {
    before: 'dse',
    after: 'call-slots',
    reason: 'a slot that is cleared before the helper fills it has another writer',
  },
  {
    before: 'expand-memory',
    after: 'context-fields',
    reason: 'a clear or copy of many bytes says not of what; stores do',
  },
  { before: 'widen-stores', after: 'dse', reason: 'the clearing that a wider store covers is dead' },
  {
    before: 'packet-reads',
    after: 'call-slots',
    reason: 'what a helper writes to where it is copied is in no slot of its own',
  },
  {
    before: 'constant-loads',
    after: 'merge-accesses',
    reason: 'loads of what is known are not worth merging',
  },
  { before: 'constant-loads', after: 'dse', reason: 'a store whose loads are gone may be dead' },
  { before: 'load-elim', after: 'dse', reason: 'a store whose loads are gone may be dead' },
  { before: 'zero-records', after: 'dse', reason: 'a clear that is overwritten is dead' },
  {
    before: 'nil-once',
    after: 'lower-aborts',
    reason: 'an outcome kept in a slot is promoted by the last mem2reg',
  },
  {
    before: 'zero-records',
    after: 'inline',
    reason: 'whether a read is refused does not depend on what is inlined',
  },
  {
    before: 'check-packets',
    after: 'copy-prop',
    reason: 'whether a pointer is dead does not depend on what is optimised',
  },
  {
    before: 'check-references',
    after: 'inline',
    reason: 'an abort still ends its function, and what is open in it is known',
  },
  {
    before: 'check-references',
    after: 'cfg-simplify',
    reason: 'whether a path is accepted does not depend on what is optimised away',
  },
  {
    before: 'check-helpers',
    after: 'cfg-simplify',
    reason: 'whether a call is accepted does not depend on what is optimised away',
  },
  { before: 'inline', after: 'lower-aborts', reason: 'an inlined abort is a jump and needs no flag' },
  {
    before: 'mem2reg',
    after: 'expand-memory',
    reason: 'zero and copy of slots go piece by piece, whatever the width of the pieces',
  },
  { before: 'expand-memory', after: 'dse', reason: 'a store of a part is dead where a zero of all is not' },
  {
    before: 'check-kfuncs',
    after: 'cfg-simplify',
    reason: 'whether a call is accepted does not depend on what is optimised away',
  },
  {
    before: 'lower-aborts',
    after: 'pointer-args',
    reason: 'the flag’s slot and parameter are ordinary ones from then on',
  },
  { before: 'lower-aborts', after: 'select', reason: 'selection knows no abort and no aborted' },
  {
    before: 'unroll-loops',
    after: 'outline-loops',
    reason: 'loops written out are no functions for bpf_loop',
  },
  { before: 'inline', after: 'outline-loops', reason: 'only what stays a loop in its function is cut out' },
  { before: 'outline-loops', after: 'lower-aborts', reason: 'a loop that reaches the kernel’s cap aborts' },
  { before: 'layout', after: 'verify-budget', reason: 'the verifier walks the final instructions' },
  { before: 'expand-memory', after: 'select', reason: 'selection knows no zero and no copy' },
  {
    before: 'strings-to-stack',
    after: 'select',
    reason: 'the stores that make a string are selected as code',
  },
  { before: 'pointer-args', after: 'select', reason: 'a cell is a slot, which byref is not' },
  { before: 'select', after: 'regalloc', reason: 'registers are given to machine code' },
  { before: 'regalloc', after: 'dead-spills', reason: 'it is the allocator that spills' },
  { before: 'regalloc', after: 'known-copies', reason: 'it is the allocator that makes moves and reloads' },
  {
    before: 'known-copies',
    after: 'dead-spills',
    reason: 'a spill is dead when the register is read in place of the slot',
  },
  { before: 'dead-spills', after: 'frame', reason: 'slots are known apart until they have places' },
  { before: 'regalloc', after: 'frame', reason: 'spilled registers need slots in the frame' },
  {
    before: 'frame',
    after: 'peephole',
    reason: 'constant stores that are neighbours in the frame are known only when it is laid out',
  },
  {
    before: 'peephole',
    after: 'early-results',
    reason: 'constants that are there already are gone, and those that are left are wanted',
  },
  { before: 'early-results', after: 'layout', reason: 'it makes an exit that others fall into' },
  {
    before: 'peephole',
    after: 'layout',
    reason: 'jumps are measured, and ends compared, on the final instructions',
  },
  { before: 'frame', after: 'layout', reason: 'far jumps are measured on the final instructions' },
];

/** Every pass once, in pipeline order. */
export const passesByName: ReadonlyMap<string, AnyPass> = new Map(pipeline.map((s) => [s.pass.name, s.pass]));

export const passNames: readonly string[] = [...passesByName.keys()];
