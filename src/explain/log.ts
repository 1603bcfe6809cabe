/**
 * A verifier log as data: the instructions that were walked, each with the one before it on its path, the states of
 * registers, source lines, and what the kernel said at the end. Reads the wordings of 4.14 to 7.x.
 *
 *     ; v := hits.Lookup(1) @ f.go:9
 *     4: (85) call bpf_map_lookup_elem#1    ; R0_w=map_value_or_null(id=1,…)
 *     5: (79) r1 = *(u64 *)(r0 +0)
 *     R0 invalid mem access 'map_value_or_null'
 *
 * Invariant: a step's parent comes before it in `steps`.
 */

import { unwrap } from './unwrap.ts';

export interface SourceRef {
  /** null in logs of kernels before 6.9, which give the text alone. */
  readonly file: string | null;
  readonly line: number | null;
  readonly text: string;
}

export interface Step {
  /** Of the instruction, in 8-byte slots. */
  readonly index: number;
  readonly text: string;
  readonly source: SourceRef | null;
  /** Registers and stack slots as far as the log shows them, before the instruction. */
  readonly before: ReadonlyMap<string, string>;
  /** Position in `steps` of the instruction that was walked before this one; null at the start. */
  readonly parent: number | null;
}

export interface VerifierLog {
  readonly program: string | null;
  readonly steps: readonly Step[];
  /** What the kernel said at the end, first line first; empty for an accepted program. */
  readonly messages: readonly string[];
  /** Structured parts of 7.3 and later, by their titles. */
  readonly sections: ReadonlyMap<string, string>;
  /** After the last step; what the failing instruction saw. */
  readonly last: ReadonlyMap<string, string>;
  readonly processed: number | null;
  /** Lines that are missing. */
  readonly omitted: number;
}

const instruction = /^(\d+): \(([0-9a-f]{2})\) (.*)$/;
const branch = /^from (\d+) to (\d+)(?: \([^)]*\))?:/;
const sourceLine = /^; (.*)$/;
const stateLine = /^(?:\d+: ?)?(?: ?frame\d+: ?| ?caller: ?)?\s*(?:R\d+(?:_\w+)?=|fp-\d+)/;
/** Since 7.3 the message is followed by titles with indented text, and pieces of the program. */
const sectionTitle = /^(Verification failed|Reason|At|Causal path|Suggestion): *(.*)$/;
const sectionBody = /^(?:\^-- |>>> |\d+ \| |insn \d+$)/;
/** Lines that say how far the verifier is, not what is wrong. */
const noise =
  /^\s*(?:processed \d+ insns|verification time|stack depth|subprog \d+ |func#\d+ @|(?:last_idx|mark_precise|propagating|regs=|parent |parent didn't|updating |caller|callee|returning from callee|to caller at|from \d+ to|\d+: safe|safe$|Validating |Func#\d+|BPF program name|Live regs before|\d+: [.0-9]+ \([0-9a-f]{2}\)|mark_reg|max_states|HINT: |=====+$|-----+$)|arg#\d+ |\s*$)/;

/** `R0_w=map_value_or_null(id=1,…) fp-8=mmmm????` as pairs; brackets and parentheses keep their spaces. */
export function parseState(text: string): Map<string, string> {
  const out = new Map<string, string>();
  const start = /(?:^|[\s;])(R\d+|fp-?\d+)(?:_\w+)?=/g;
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    let at = start.lastIndex;
    for (let depth = 0; at < text.length; at++) {
      const c = text[at] ?? '';
      if (c === '(' || c === '[' || c === '{') depth++;
      else if (c === ')' || c === ']' || c === '}') depth--;
      else if (c === ' ' && depth === 0) break;
    }
    out.set(match[1] ?? '', text.slice(start.lastIndex, at));
    start.lastIndex = at;
  }
  return out;
}

const sourceOf = (text: string): SourceRef => {
  const place = /^(.*) @ (\S+):(\d+)$/.exec(text);
  return place === null
    ? { file: null, line: null, text }
    : { file: place[2] ?? '', line: Number(place[3]), text: place[1] ?? '' };
};

class LogReader {
  readonly steps: Step[] = [];
  readonly sections = new Map<string, string>();
  messages: string[] = [];
  processed: number | null = null;
  state = new Map<string, string>();
  private source: SourceRef | null = null;
  private parent: number | null = null;
  /** States after each step, for paths that go on from there. */
  private readonly after: Map<string, string>[] = [];
  private readonly taken = new Set<number>();
  private section: string | null = null;
  /** The figures have come: what follows is the loader's. */
  private ended = false;

  private step(index: number, rest: string): void {
    const cut = / *; (?=R\d|fp-|frame\d)/.exec(rest);
    const shown = (cut === null ? rest : rest.slice(0, cut.index)).replace(/\s*;?\s*$/, '');
    // What the kernel has to say of a jump may begin on the jump's own line.
    const [, text = shown, more = ''] = /^(.*? goto pc[+-]\d+) (.+)$/.exec(shown) ?? [];
    this.steps.push({ index, text, source: this.source, before: new Map(this.state), parent: this.parent });
    if (cut !== null) this.learn(rest.slice(cut.index + cut[0].length), false);
    else if (/^call (?!pc)/.test(text)) for (const r of ['R1', 'R2', 'R3', 'R4', 'R5']) this.state.delete(r);
    this.parent = this.steps.length - 1;
    this.after[this.parent] = this.state;
    this.messages = [];
    if (more !== '') this.read(more);
  }

  /** `whole`: what is not listed is not known any more. */
  private learn(text: string, whole: boolean): void {
    const found = parseState(text);
    this.state = whole ? found : new Map([...this.state, ...found]);
    if (this.parent !== null) this.after[this.parent] = this.state;
  }

  /** The other way out of a branch is taken up where it was left: at the last visit that has not been taken up yet. */
  private branch(from: number, line: string): void {
    for (let i = this.steps.length - 1; i >= 0; i--) {
      if (this.steps[i]?.index !== from || this.taken.has(i)) continue;
      this.taken.add(i);
      this.parent = i;
      this.state = new Map(this.after[i] ?? []);
      break;
    }
    const found = parseState(line);
    if (found.size > 0) this.state = found;
    this.messages = [];
  }

  read(line: string): void {
    if (/^(?:0: R1=|func#0 @0)/.test(line)) {
      // Another program's log begins.
      this.parent = null;
      this.source = null;
      this.messages = [];
      this.ended = false;
    }
    const code = instruction.exec(line);
    if (code !== null) {
      this.step(Number(code[1]), code[3] ?? '');
      return;
    }
    const from = branch.exec(line);
    if (from !== null) {
      this.branch(Number(from[1]), line);
      return;
    }
    const text = sourceLine.exec(line);
    if (text !== null) {
      this.source = sourceOf(text[1] ?? '');
      return;
    }
    const processed = /^processed (\d+) insns/.exec(line);
    if (processed !== null) {
      this.processed = Number(processed[1]);
      this.ended = true;
    }
    if (this.ended) return;
    if (stateLine.test(line)) this.learn(line, true);
    else if (!noise.test(line)) this.message(line);
  }

  private message(line: string): void {
    const text = line.trim();
    const title = sectionTitle.exec(text);
    if (title !== null) {
      this.section = title[1] ?? '';
      this.sections.set(this.section, title[2] ?? '');
    } else if (this.section !== null && (/^\s/.test(line) || sectionBody.test(text))) {
      const before = this.sections.get(this.section) ?? '';
      this.sections.set(this.section, `${before}${before === '' ? '' : '\n'}${text}`);
    } else {
      this.section = null;
      this.messages.push(text);
    }
  }
}

/** Reads a log with whatever surrounds it. */
export function parseLog(raw: string): VerifierLog {
  const { lines, program, omitted } = unwrap(raw);
  const reader = new LogReader();
  for (const line of lines) reader.read(line);
  return {
    program,
    steps: reader.steps,
    messages: reader.messages,
    sections: reader.sections,
    last: reader.state,
    processed: reader.processed,
    omitted,
  };
}

/** The instructions that lead to a step, first one first, the step included. */
export function pathTo(log: VerifierLog, position: number): readonly Step[] {
  const path: Step[] = [];
  for (let at: number | null = position; at !== null; at = log.steps[at]?.parent ?? null) {
    const step: Step | undefined = log.steps[at];
    if (step !== undefined) path.push(step);
  }
  return path.reverse();
}
