/**
 * `bpfc exec`: one run of a program with a given packet, context and maps, through BPF_PROG_TEST_RUN or in the embedded
 * machine; the result, the packet or context afterwards, and what the maps and variables hold.
 */

import { readFileSync } from 'node:fs';
import { eventShapes } from '../emit/event-shapes.ts';
import { fromHex } from '../emit/hex.ts';
import { kernelSession } from '../kernel/session.ts';
import { entriesFromJson, eventJson, type ObjectShapes, shapesOf } from '../object/object-shapes.ts';
import { ShapeError } from '../object/shape.ts';
import { RunFault, type Session, type SessionInput } from '../testing/session.ts';
import { type VmSession, vmSession } from '../testing/vm-session.ts';
import { type Args, UsageError } from './args.ts';
import { assignment, contentsWith, mapsJson, parseJson, settings, variablesJson } from './data.ts';
import { faultText, type Shown, showJson, showText, traced } from './exec-show.ts';
import { FileError, writeText } from './files.ts';
import { type Loadable, loadable, needKernel, reportingKernelErrors } from './kernel.ts';
import { paintFor } from './output.ts';
import { formatExplanation } from '../explain/format.ts';
import { explainLog } from '../explain/explain.ts';

/** The kernel counts repetitions in 32 bits. */
const largestRepeat = 2 ** 31 - 1;

/** Bytes of `HEX` or `@FILE`. */
function bytesOf(args: Args, option: 'packet' | 'ctx'): Uint8Array | undefined {
  const text = args.values.get(option);
  if (text === undefined) return undefined;
  if (text.startsWith('@')) {
    try {
      return new Uint8Array(readFileSync(text.slice(1)));
    } catch {
      throw new FileError(`cannot read ${text.slice(1)}`);
    }
  }
  const bytes = fromHex(text.replace(/[\s:]/g, ''));
  if (bytes === null) throw new UsageError(`--${option} takes hexadecimal digits or @FILE`);
  return bytes;
}

/** A session, which single steps where it is the embedded machine's. */
async function open(
  args: Args,
  input: Loadable,
  shapes: ObjectShapes,
): Promise<Session & Partial<VmSession>> {
  const values = settings(args, shapes);
  if (!args.values.has('vm')) {
    const system = await needKernel('exec');
    return kernelSession(system, input.object, shapes, contentsWith(input, shapes, values));
  }
  const session = vmSession(input.object, shapes);
  for (const [name, bytes] of values) session.writeVariable(name, bytes);
  return session;
}

function chosenProgram(args: Args, session: Session): string {
  const names = session.programs.map((p) => p.name);
  const wanted = args.values.get('program');
  if (wanted === undefined && names[0] !== undefined && names.length === 1) return names[0];
  if (wanted === undefined) throw new UsageError(`choose a program with --program: ${names.join(', ')}`);
  return assignment(`${wanted}=`, '--program', names)[0];
}

function fillMaps(args: Args, session: Session, shapes: ObjectShapes): void {
  for (const text of args.repeated.get('map') ?? []) {
    const [name, json] = assignment(text, '--map', [...shapes.maps.keys()]);
    const shape = shapes.maps.get(name);
    if (shape === undefined) continue;
    for (const [key, value] of entriesFromJson(shape, parseJson(json, '--map'), `--map ${name}`))
      session.update(name, key, value);
  }
}

function execute(
  args: Args,
  input: Loadable,
  session: Session & Partial<VmSession>,
  shapes: ObjectShapes,
): number {
  fillMaps(args, session, shapes);
  const program = chosenProgram(args, session);
  const packet = bytesOf(args, 'packet');
  const context = bytesOf(args, 'ctx');
  const repeat = Number(args.values.get('repeat') ?? 1);
  if (!Number.isInteger(repeat) || repeat < 1 || repeat > largestRepeat)
    throw new UsageError(`--repeat takes a number from 1 to ${largestRepeat}`);
  const given: SessionInput = {
    ...(packet === undefined ? {} : { packet }),
    ...(context === undefined ? {} : { context }),
    repeat,
  };
  const started = performance.now();
  const output =
    args.values.has('trace') && session.steps !== undefined
      ? traced(session.steps(program, given))
      : session.run(program, given);
  const measured = Math.round(((performance.now() - started) * 1e6) / repeat);
  const shown: Shown = {
    output: { ...output, nanoseconds: output.nanoseconds ?? measured },
    events: session
      .events()
      .map(({ map, data }) => ({ map, value: eventJson(shapes.maps.get(map)?.value, data) })),
    maps: mapsJson(input, session, shapes),
    variables: variablesJson(session, shapes),
    printed: session.printed(),
  };
  if (args.values.has('json')) showJson(program, shown);
  else showText(args, program, shown);
  return 0;
}

/** Shows why programs were refused, as bpfc verify does; true when one was. */
export function showRefused(args: Args, input: Loadable, session: Session): boolean {
  for (const { name, reason, log } of session.refused) {
    const lines = input.object.programs.find((p) => p.name === name)?.lines ?? [];
    const explanation = explainLog(log, { program: name, lines, reason });
    writeText(2, `${formatExplanation(explanation, { program: name, reason }, paintFor(args))}\n`);
  }
  return session.refused.length > 0;
}

export function execCommand(args: Args): Promise<number> {
  return reportingKernelErrors(async () => {
    const input = loadable(args);
    if (input === null) return 1;
    const { compiled, object } = input;
    const events = compiled?.module == null ? undefined : eventShapes(compiled.module.maps, compiled.program);
    const shapes = shapesOf(object, events);
    if (args.values.has('trace') && !args.values.has('vm'))
      throw new UsageError('--trace needs --vm: the kernel runs no single steps');
    let session: (Session & Partial<VmSession>) | null = null;
    try {
      session = await open(args, input, shapes);
      if (showRefused(args, input, session)) return 1;
      return execute(args, input, session, shapes);
    } catch (error) {
      if (error instanceof ShapeError) throw new UsageError(error.message);
      if (!(error instanceof RunFault)) throw error;
      writeText(2, faultText(error, paintFor(args)));
      return 1;
    } finally {
      session?.close();
    }
  });
}
