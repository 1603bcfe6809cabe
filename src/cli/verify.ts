/** `bpfc verify`: the verdict of this machine's kernel on every program. */

import { explainLog } from '../explain/explain.ts';
import { formatExplanation } from '../explain/format.ts';
import { loadObject, type NotLoadable } from '../kernel/object.ts';
import type { LoadResult } from '../kernel/program.ts';
import type { ObjectProgram } from '../object/bpf-object.ts';
import type { Args } from './args.ts';
import { annotate } from './annotate.ts';
import { writeText } from './files.ts';
import { loadable, needKernel, reportingKernelErrors } from './kernel.ts';
import { paintFor, table } from './output.ts';

type Verdict = LoadResult | NotLoadable;

function row(program: ObjectProgram, verdict: Verdict): readonly string[] {
  if (!verdict.ok) return [program.name, program.section, `refused: ${verdict.reason}`, '', '', '', ''];
  const { processed, stackDepths, verificationTimeUs, jitedLen } = verdict.stats;
  return [
    program.name,
    program.section,
    'accepted',
    String(processed),
    stackDepths.join('+'),
    `${verificationTimeUs} µs`,
    jitedLen === 0 ? 'no JIT' : `${jitedLen} bytes`,
  ];
}

function json(program: ObjectProgram, verdict: Verdict): Readonly<Record<string, unknown>> {
  const { name, section, lines } = program;
  const slots = program.code.length / 8;
  if (verdict.ok) return { program: name, section, accepted: true, slots, ...verdict.stats };
  const explanation = explainLog(verdict.log, { program: name, lines, reason: verdict.reason });
  return {
    program: name,
    section,
    accepted: false,
    slots,
    reason: verdict.reason,
    explanation,
    log: verdict.log,
  };
}

function showRefusal(program: ObjectProgram, verdict: Verdict, args: Args): void {
  if (verdict.ok) return;
  const explanation = explainLog(verdict.log, {
    program: program.name,
    lines: program.lines,
    reason: verdict.reason,
  });
  writeText(
    2,
    `${formatExplanation(explanation, { program: program.name, reason: verdict.reason }, paintFor(args))}\n`,
  );
}

/** The exit status: 1 when the sources are wrong or the kernel refused. */
export function verifyCommand(args: Args): Promise<number> {
  return reportingKernelErrors(async () => {
    const input = loadable(args);
    if (input === null) return 1;
    const system = await needKernel('verify');
    const { object } = input;
    const log = args.values.has('log');
    const loaded = loadObject(system, object, log ? { logLevel: 6 } : {});
    try {
      const results = object.programs.flatMap((program) => {
        const verdict = loaded.programs.get(program.name);
        return verdict === undefined ? [] : [{ program, verdict }];
      });
      if (args.values.has('json')) {
        writeText(
          1,
          `${JSON.stringify(
            results.map((r) => json(r.program, r.verdict)),
            null,
            2,
          )}\n`,
        );
      } else {
        const head = ['program', 'section', 'verdict', 'instructions', 'stack', 'time', 'machine code'];
        writeText(1, table([head, ...results.map((r) => row(r.program, r.verdict))]));
        for (const r of results) {
          if (log) writeText(1, `\n${r.program.name}:\n${annotate(r.verdict.log, r.program.lines)}`);
          showRefusal(r.program, r.verdict, args);
        }
      }
      return results.every((r) => r.verdict.ok) ? 0 : 1;
    } finally {
      loaded.close();
    }
  });
}
