/**
 * Why the kernel refused a program, in Go terms: the message's row, the instruction and Go line it happened at, where
 * the registers involved came from, and the lines that lead there.
 *
 *     explainLog("… R0 invalid mem access 'map_value_or_null' …", { lines })
 *       → { name: 'nil-map-value', where: { file: 'f.go', line: 10, … }, cause: …, remedy: …, registers: [{ register: 'R0', … }] }
 */

import { endOf, type Origin, originOf, registersOf } from './origin.ts';
import { parseLog, pathTo, type SourceRef, type Step, type VerifierLog } from './log.ts';
import { fillMessage, findMessage, type MessageName } from './messages.ts';
import { refine } from './refine.ts';

/** A source line that the compiler gave to an instruction. */
export interface KnownLine {
  readonly slot: number;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface ExplainContext {
  readonly program?: string;
  /** errno's name, for logs that say nothing. */
  readonly reason?: string;
  /** The compiler's own map, for logs without places; sorted by slot. */
  readonly lines?: readonly KnownLine[];
  /** Source files by name, for logs that give the texts of lines alone. */
  readonly sources?: ReadonlyMap<string, string>;
}

export interface Place {
  readonly file: string | null;
  readonly line: number | null;
  readonly text: string;
}

export interface RegisterStory {
  readonly register: string;
  /** What the kernel knows of it, as it writes it. */
  readonly state: string | null;
  /** The call that made the pointer none. */
  readonly ended: {
    readonly instruction: number;
    readonly text: string;
    readonly place: Place | null;
  } | null;
  readonly origin:
    | (Omit<Origin, 'step'> & {
        readonly instruction: number;
        readonly text: string;
        readonly place: Place | null;
      })
    | null;
}

export interface Explanation {
  /** null: the message has no row; the rest is still filled in. */
  readonly name: MessageName | null;
  readonly program: string | null;
  /** The kernel's own words. */
  readonly messages: readonly string[];
  readonly instruction: { readonly index: number; readonly text: string } | null;
  readonly where: Place | null;
  readonly cause: string;
  readonly remedy: string | null;
  readonly registers: readonly RegisterStory[];
  /** Source lines on the way to the instruction, repeated ones once, the last one being `where`. */
  readonly path: readonly Place[];
  readonly omitted: number;
  /** The kernel's own explanation, which it gives since 7.3. */
  readonly reason: string | null;
}

class Placer {
  private readonly context: ExplainContext;

  constructor(context: ExplainContext) {
    this.context = context;
  }

  private known(index: number): Place | null {
    const lines = this.context.lines ?? [];
    let found: KnownLine | null = null;
    for (const line of lines)
      if (line.slot <= index && (found === null || line.slot >= found.slot)) found = line;
    return found === null ? null : { file: found.file, line: found.line, text: found.text };
  }

  /** The line of a source file that reads like the log's text, if it is the only one. */
  private search(source: SourceRef): Place | null {
    const wanted = source.text.trim();
    for (const [file, text] of this.context.sources ?? []) {
      const lines = text.split('\n');
      const hits = lines.flatMap((line, i) => (line.trim() === wanted ? [i + 1] : []));
      if (hits.length === 1) return { file, line: hits[0] ?? null, text: wanted };
    }
    return null;
  }

  place(step: Step): Place | null {
    const { source } = step;
    if (source?.line != null) return source;
    const known = this.known(step.index);
    if (source === null || known?.text.trim() === source.text.trim()) return known;
    return this.search(source) ?? source;
  }
}

const samePlace = (a: Place | null, b: Place | null): boolean =>
  a?.file === b?.file && a?.line === b?.line && a?.text === b?.text;

function linesOf(path: readonly Step[], placer: Placer): readonly Place[] {
  const out: Place[] = [];
  for (const step of path) {
    const place = placer.place(step);
    if (place !== null && !samePlace(place, out.at(-1) ?? null)) out.push(place);
  }
  return out;
}

/** Which step the message is about: a number in it, or the last one walked. */
function failingStep(log: VerifierLog, groups: Readonly<Record<string, string>>): number | null {
  const said = groups.insn;
  if (said !== undefined && log.steps.length > 0) {
    const at = log.steps.findLastIndex((s) => s.index === Number(said));
    if (at >= 0 && groups.id === undefined) return at;
  }
  return log.steps.length === 0 ? null : log.steps.length - 1;
}

/** Instructions named by messages that come before any was walked (control flow, encodings). */
function namedInstruction(
  groups: Readonly<Record<string, string>>,
  step: Step | null,
): Explanation['instruction'] {
  if (step !== null) return { index: step.index, text: step.text };
  return groups.insn === undefined ? null : { index: Number(groups.insn), text: '' };
}

/** The instruction that took what a message misses, by its number. */
function takenAt(
  log: VerifierLog,
  { insn, id }: Readonly<Record<string, string>>,
  placer: Placer,
): { readonly text: string; readonly place: Place | null } | null {
  const step = id === undefined ? undefined : log.steps.findLast((s) => s.index === Number(insn));
  return step === undefined ? null : { text: step.text, place: placer.place(step) };
}

/** Messages by which a pointer is none: the state that the log showed last is then out of date. */
const lostPointer: readonly string[] = ['scalar-dereference', 'scalar-dereference-inv', 'scalar-for-pointer'];

function story(
  register: string,
  position: number,
  name: string | null,
  log: VerifierLog,
  placer: Placer,
): RegisterStory {
  const step = log.steps[position];
  const origin = originOf(log, position, register);
  const state = step?.before.get(register) ?? null;
  const lost = name !== null && lostPointer.includes(name);
  const end = lost && origin !== null ? endOf(log, position, origin) : null;
  return {
    register,
    state: lost && state !== null && !/^(?:scalar|inv|-?\d)/.test(state) ? null : state,
    ended: end === null ? null : { instruction: end.index, text: end.text, place: placer.place(end) },
    origin:
      origin === null
        ? null
        : {
            kind: origin.kind,
            what: origin.what,
            instruction: origin.step.index,
            text: origin.step.text,
            place: placer.place(origin.step),
          },
  };
}

/** Explains a log, with whatever surrounds it. */
export function explainLog(raw: string, context: ExplainContext = {}): Explanation {
  const log = parseLog(raw);
  const placer = new Placer(context);
  const found = findMessage(log.messages);
  const groups = found?.groups ?? {};
  const unsaid = silence(log, context);
  const position = failingStep(log, groups);
  const step = position === null ? null : (log.steps[position] ?? null);
  const instruction = namedInstruction(groups, step);
  const where =
    step !== null
      ? placer.place(step)
      : instruction === null
        ? null
        : placer.place({ ...instruction, source: null, before: new Map(), parent: null });
  const text = found?.text ?? log.messages.at(-1) ?? '';
  const registers =
    position === null
      ? []
      : registersOf(text, step?.text ?? '').map((r) => story(r, position, found?.name ?? null, log, placer));
  const refined = refine({
    name: found?.name ?? null,
    instruction: step?.text ?? null,
    register: registers[0] ?? null,
    taken: takenAt(log, groups, placer),
  });
  return {
    name: found?.name ?? null,
    program: context.program ?? log.program,
    messages: log.messages,
    instruction,
    where,
    cause:
      found === null
        ? (unsaid?.[0] ?? causeOfUnknown(log))
        : (refined?.cause ?? fillMessage(found.row.cause, groups)),
    remedy:
      found === null
        ? (unsaid?.[1] ?? log.sections.get('Suggestion')?.replaceAll('\n', ' ') ?? null)
        : (refined?.remedy ?? fillMessage(found.row.remedy, groups)),
    registers,
    path: position === null ? [] : linesOf(pathTo(log, position), placer),
    omitted: log.omitted,
    reason: log.sections.get('Reason')?.replaceAll('\n', ' ') ?? null,
  };
}

/** Refusals before the verifier has said anything, by errno. */
const silent: Readonly<Record<string, readonly [cause: string, remedy: string]>> = {
  EPERM: [
    'the kernel refuses without a reason: missing privileges, lockdown, or a kernel built without trampolines',
    'run as root; fentry, fexit and lsm need CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS, kprobes do the same without',
  ],
  EINVAL: [
    'the kernel does not know this program type, attach type or flag',
    'compile with --target-kernel set to this kernel to see what is too new for it',
  ],
  ENOTSUPP: ['the hook cannot be used by programs', 'attach to another function'],
  ENOENT: ['the hook does not exist in this kernel', 'check the name in //bpf:attach'],
  E2BIG: ['the program has more instructions than the kernel takes', 'split it with a tail call'],
};

function silence(log: VerifierLog, context: ExplainContext): readonly [string, string] | null {
  const said = log.messages.length > 0 || log.steps.length > 0;
  return said || context.reason === undefined ? null : (silent[context.reason] ?? null);
}

function causeOfUnknown(log: VerifierLog): string {
  const reason = log.sections.get('Reason')?.replaceAll('\n', ' ');
  if (reason !== undefined) return reason;
  const last = log.messages.at(-1);
  if (last !== undefined) return `the kernel says: ${last}`;
  return log.steps.length === 0
    ? 'the kernel gave no reason'
    : 'the log ends without a reason: it was cut off';
}
