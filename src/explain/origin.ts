/**
 * Where a register's value came from, along the path that the kernel walked.
 *
 *     4: call bpf_map_lookup_elem#1      originOf(log, 7, 'R6')  →  the result of bpf_map_lookup_elem, at 4
 *     5: r6 = r0
 *     7: r1 = *(u64 *)(r6 +0)
 */

import { pathTo, type Step, type VerifierLog } from './log.ts';

export interface Origin {
  readonly kind: 'call' | 'load' | 'constant' | 'argument' | 'stack' | 'computed' | 'lost';
  /** In words. */
  readonly what: string;
  readonly step: Step;
}

/** The registers that a message and its instruction are about, the message's first. */
export function registersOf(message: string, instruction: string): readonly string[] {
  const said = [...message.matchAll(/\bR(\d+)\b/g)].map((m) => `R${m[1]}`);
  const used = said.length > 0 ? [] : [...instruction.matchAll(/\(([rw])(\d+)/g)].map((m) => `R${m[2]}`);
  return [...new Set([...said, ...used])].filter((r) => Number(r.slice(1)) <= 10 && r !== 'R10');
}

interface Definition {
  /** Registers written. */
  readonly writes: readonly string[];
  readonly copyOf: string | null;
  /** It changes the value that was there, which is then as old as before. */
  readonly keeps: boolean;
}

function definition(text: string): Definition | null {
  if (/^call\b/.test(text))
    return { writes: ['R0', 'R1', 'R2', 'R3', 'R4', 'R5'], copyOf: null, keeps: false };
  const assign = /^[rw](\d+) (\S*=) (.*)$/.exec(text);
  if (assign === null) return null;
  const copy = /^r(\d+)$/.exec(assign[3] ?? '');
  return {
    writes: [`R${assign[1]}`],
    copyOf: assign[2] === '=' && copy !== null ? `R${copy[1]}` : null,
    keeps: assign[2] !== '=',
  };
}

const calleeOf = (text: string): string =>
  /^call (?:pc[+-]\d+|(\S+?)(?:#-?\d+)?)$/.exec(text)?.[1] ?? 'a function';

/** A slot of the stack that a load or store names: `fp-8`. */
function stackSlot(operand: string): string | null {
  const match = /\*\(u64 \*\)\(r10 ?([+-] ?\d+)\)/.exec(operand);
  return match === null ? null : `fp${(match[1] ?? '').replace(' ', '')}`;
}

function describe(step: Step, register: string): Origin {
  const { text } = step;
  if (/^call\b/.test(text))
    return register === 'R0'
      ? { kind: 'call', what: `the result of ${calleeOf(text)}`, step }
      : { kind: 'lost', what: `R1 to R5 hold nothing after the call of ${calleeOf(text)}`, step };
  const value = text.replace(/^[rw]\d+ \S*= /, '');
  if (/^\*\(/.test(value)) return { kind: 'load', what: `read from memory: ${value}`, step };
  if (/^-?(?:0x)?[0-9a-f]+(?: ll)?$/.test(value))
    return { kind: 'constant', what: `the constant ${value}`, step };
  return { kind: 'computed', what: `computed: ${text}`, step };
}

/** Position on the path of the store that filled a slot, before `end`. */
function storeTo(path: readonly Step[], slot: string, end: number): { at: number; register: string } | null {
  for (let at = end - 1; at >= 0; at--) {
    const store = /^(\*\(u64 \*\)\(r10 ?[+-] ?\d+\)) = r(\d+)$/.exec(path[at]?.text ?? '');
    if (store !== null && stackSlot(store[1] ?? '') === slot) return { at, register: `R${store[2]}` };
  }
  return null;
}

/** Calls that end pointers: records and sockets given back, packets that may have moved. */
const ending =
  /(?:ringbuf_(?:submit|discard)|sk_release|task_release|_adjust_|change_(?:head|tail|proto)|skb_(?:store_bytes|pull_data|vlan_)|l[34]_csum_replace|_release|lwt_|kptr_xchg|unlock)/;

/** The call after which a pointer made at `origin` was no pointer any more; null if there is none on the path. */
export function endOf(log: VerifierLog, position: number, origin: Origin): Step | null {
  const path = pathTo(log, position);
  const start = path.indexOf(origin.step);
  return path.slice(start + 1, -1).findLast((s) => /^call\b/.test(s.text) && ending.test(s.text)) ?? null;
}

/** What a register holds where a function of the program begins or has returned; null: go on looking before it. */
function atCall(step: Step, register: string, inside: boolean): Origin | null {
  const saved = Number(register.slice(1)) >= 6;
  if (inside)
    return saved ? { kind: 'lost', what: 'R6 to R9 hold nothing where a function begins', step } : null;
  return saved ? null : { kind: 'lost', what: 'R1 to R5 hold nothing after a call', step };
}

/** Follows copies, spills and additions back to where the value was made; null when the path does not tell. */
export function originOf(log: VerifierLog, position: number, register: string): Origin | null {
  const path = pathTo(log, position);
  let wanted = register;
  let last: Origin | null = null;
  /** Returned calls that are being walked over. */
  let depth = 0;
  for (let at = path.length - 2; at >= 0; at--) {
    const step = path[at];
    if (step === undefined) continue;
    // A result is looked for inside of the function that gave it.
    if (step.text === 'exit' && wanted !== 'R0') depth++;
    if (/^call pc/.test(step.text)) {
      const inside = depth === 0;
      depth = Math.max(0, depth - 1);
      const origin = depth > 0 ? null : atCall(step, wanted, inside);
      if (origin !== null) return origin;
      continue;
    }
    const found = depth > 0 ? null : definition(step.text);
    if (found === null || !found.writes.includes(wanted)) continue;
    if (found.copyOf !== null) {
      wanted = found.copyOf;
      continue;
    }
    if (found.keeps) {
      last ??= describe(step, wanted);
      continue;
    }
    const slot = stackSlot(step.text);
    const store = slot === null ? null : storeTo(path, slot, at);
    if (store !== null) {
      wanted = store.register;
      at = store.at;
      continue;
    }
    return describe(step, wanted);
  }
  const first = path[0];
  if (wanted === 'R1' && first?.index === 0) return { kind: 'argument', what: 'the context', step: first };
  return last;
}
