/**
 * `bpfc exec`: one run of a program with a given packet, context and maps, through BPF_PROG_TEST_RUN or in the embedded
 * machine; the result, the packet or context afterwards, and what the maps and variables hold.
 */

import { readFileSync } from 'node:fs';
import { eventShapes } from '../emit/event-shapes.ts';
import { fromHex, toHex } from '../emit/hex.ts';
import { kernelSession } from '../kernel/session.ts';
import { entriesFromJson, type ObjectShapes, shapesOf } from '../object/object-shapes.ts';
import { type Json, ShapeError } from '../object/shape.ts';
import { RunFault, type Session, type SessionInput, type SessionOutput } from '../testing/session.ts';
import { vmSession } from '../testing/vm-session.ts';
import { type Args, UsageError } from './args.ts';
import { assignment, contentsWith, mapLines, mapsJson, parseJson, settings, variablesJson } from './data.ts';
import { FileError, writeText } from './files.ts';
import { type Loadable, loadable, needKernel, reportingKernelErrors } from './kernel.ts';
import { paintFor, table } from './output.ts';
import { formatExplanation } from '../explain/format.ts';
import { explainLog } from '../explain/explain.ts';

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

async function open(args: Args, input: Loadable, shapes: ObjectShapes): Promise<Session> {
  const values = settings(args, shapes);
  if (!args.values.has('vm')) {
    const system = await needKernel('exec');
    return kernelSession(system, input.object, shapes, contentsWith(input, shapes, values));
  }
  const machine = input.compiled?.machine ?? null;
  if (machine === null || input.compiled === null)
    throw new UsageError('bpfc exec --vm runs Go files; an object needs the kernel');
  const session = vmSession(machine, input.object, input.compiled.files);
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

interface Shown {
  readonly output: SessionOutput;
  readonly maps: Readonly<Record<string, Json>>;
  readonly variables: Readonly<Record<string, Json>>;
  readonly printed: readonly string[];
}

function showText(args: Args, program: string, { output, maps, variables, printed }: Shown): void {
  const signed = output.result | 0;
  const rows = [
    [program, `returned ${output.result}${signed === output.result ? '' : ` (${signed})`}`],
    ...(args.values.has('packet') && output.packet !== null
      ? [['packet', toHex(output.packet).trim().replace(/\n/g, '')]]
      : []),
    ...(output.context === null ? [] : [['context', toHex(output.context).trim().replace(/\n/g, '')]]),
    ...(output.nanoseconds === null || !args.values.has('repeat')
      ? []
      : [['time', `${output.nanoseconds} ns`]]),
  ];
  const lines = [
    ...printed.map((line) => `printed: ${line}`),
    ...Object.entries(maps).flatMap(([name, entries]) => mapLines(name, entries)),
    ...Object.entries(variables).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
  ];
  writeText(1, table(rows) + lines.map((line) => `${line}\n`).join(''));
}

function showJson(program: string, { output, maps, variables, printed }: Shown): void {
  const hex = (bytes: Uint8Array | null) => (bytes === null ? null : toHex(bytes).replace(/\s/g, ''));
  const { result, packet, context, nanoseconds } = output;
  const shown = {
    program,
    result,
    packet: hex(packet),
    context: hex(context),
    nanoseconds,
    maps,
    variables,
    printed,
  };
  writeText(1, `${JSON.stringify(shown, null, 2)}\n`);
}

function execute(args: Args, input: Loadable, session: Session, shapes: ObjectShapes): number {
  fillMaps(args, session, shapes);
  const program = chosenProgram(args, session);
  const packet = bytesOf(args, 'packet');
  const context = bytesOf(args, 'ctx');
  const repeat = Number(args.values.get('repeat') ?? 1);
  if (!Number.isInteger(repeat) || repeat < 1) throw new UsageError('--repeat takes a number from 1');
  const given: SessionInput = {
    ...(packet === undefined ? {} : { packet }),
    ...(context === undefined ? {} : { context }),
    repeat,
  };
  const started = performance.now();
  const output = session.run(program, given);
  const measured = Math.round(((performance.now() - started) * 1e6) / repeat);
  const shown: Shown = {
    output: { ...output, nanoseconds: output.nanoseconds ?? measured },
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
    let session: Session | null = null;
    try {
      session = await open(args, input, shapes);
      if (showRefused(args, input, session)) return 1;
      return execute(args, input, session, shapes);
    } catch (error) {
      if (error instanceof ShapeError) throw new UsageError(error.message);
      if (!(error instanceof RunFault)) throw error;
      const at = error.place === null ? 'bpfc' : `${error.place.file}:${error.place.line}:${error.place.col}`;
      writeText(
        2,
        `${paintFor(args)('strong', at)}: ${paintFor(args)('error', 'error:')} ${error.message}\n`,
      );
      return 1;
    } finally {
      session?.close();
    }
  });
}
