/**
 * What the path tells beyond the message: the general cause of a row, made the cause of this program.
 *
 *     R6 invalid mem access 'scalar', the record having been submitted in line 9
 *       →  the pointer in R6 is dead since bpf_ringbuf_submit (line 9) gave away what it points to
 */

import type { Place, RegisterStory } from './explain.ts';

export interface Refined {
  readonly cause: string;
  readonly remedy: string;
}

interface Known {
  readonly name: string | null;
  /** The failing instruction; null: none was walked. */
  readonly instruction: string | null;
  /** The register that the message names first. */
  readonly register: RegisterStory | null;
  /** Of messages that name an instruction besides: what it is and where. */
  readonly taken: { readonly text: string; readonly place: Place | null } | null;
}

const calleeOf = (text: string): string => /^call (\S+?)(?:#-?\d+)?$/.exec(text)?.[1] ?? 'the call';
const lineOf = (place: Place | null): string => (place?.line == null ? '' : ` (line ${place.line})`);

const givesAway = /submit|discard|release|kptr_xchg|unlock/;

function deadPointer({ register, ended }: RegisterStory, instruction: string | null): Refined | null {
  if (ended === null) return null;
  const callee = `${calleeOf(ended.text)}${lineOf(ended.place)}`;
  return givesAway.test(ended.text)
    ? {
        cause: `the pointer in ${register} is dead since ${callee} gave away what it points to`,
        remedy: givesAway.test(instruction ?? '')
          ? 'give it back once on every path'
          : 'read what is needed before that call',
      }
    : {
        cause: `the pointer in ${register} is dead since ${callee}, after which the packet may lie elsewhere`,
        remedy: 'take it again after the call: ip := bpf.At[IPv4](ctx, 14)',
      };
}

/** A value that was a number from the start. */
function neverPointer({ register, origin }: RegisterStory): Refined | null {
  if (origin === null || (origin.kind !== 'constant' && origin.kind !== 'call')) return null;
  return {
    cause: `${register} holds ${origin.what}, a number, and is used as a pointer`,
    remedy:
      'pointers come from the context, bpf.At, a lookup or Reserve; memory of the kernel or of a process is read with bpf.ProbeReadKernel or bpf.ProbeReadUser',
  };
}

function unread({ instruction, register }: Known): Refined | null {
  if (register === null) return null;
  if (instruction === 'exit' && register.register === 'R0')
    return {
      cause: 'the program or a function of it ends without a result: nothing is in R0',
      remedy: 'return a value on every path',
    };
  const { origin } = register;
  if (origin?.kind === 'lost')
    return {
      cause: `${register.register} is read, but ${origin.what}`,
      remedy: 'in assembly, keep what must outlive a call in R6 to R9 or on the stack',
    };
  return {
    cause: `${register.register} is read before anything was put into it`,
    remedy: 'give it a value on every path to this line',
  };
}

/** null: the row's own texts say it best. */
export function refine(known: Known): Refined | null {
  const { name, instruction, register, taken } = known;
  switch (name) {
    case 'scalar-dereference':
    case 'scalar-dereference-inv':
      return register === null ? null : (deadPointer(register, instruction) ?? neverPointer(register));
    case 'scalar-for-pointer':
      return register === null ? null : deadPointer(register, instruction);
    case 'unread-register':
      return unread(known);
    case 'reference-leak':
      return taken === null
        ? null
        : {
            cause: `what ${calleeOf(taken.text)}${lineOf(taken.place)} gave is not given back on this path`,
            remedy: 'call Submit or Discard (Release for sockets) on every way out; defer helps',
          };
    default:
      return null;
  }
}
