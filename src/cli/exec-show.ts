/** What `bpfc exec` shows: results, the way to a fault, every step. */

import type { Paint } from '../base/format.ts';
import { toHex } from '../emit/hex.ts';
import type { Json } from '../object/shape.ts';
import type { Place, RunFault, SessionOutput, Step } from '../testing/session.ts';
import type { Args } from './args.ts';
import { mapLines } from './data.ts';
import { writeText } from './files.ts';
import { table } from './output.ts';

/** `PID=7 Comm="sh"` for structs, JSON for others. */
export function eventText(value: Json): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([name, item]) => `${name}=${JSON.stringify(item)}`)
    .join(' ');
}

export interface Shown {
  readonly output: SessionOutput;
  readonly events: readonly { readonly map: string; readonly value: Json }[];
  readonly maps: Readonly<Record<string, Json>>;
  readonly variables: Readonly<Record<string, Json>>;
  readonly printed: readonly string[];
}

export function showText(args: Args, program: string, shown: Shown): void {
  const { output, events, maps, variables, printed } = shown;
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
    ...events.map(({ map, value }) => `${map}: ${eventText(value)}`),
    ...Object.entries(maps).flatMap(([name, entries]) => mapLines(name, entries)),
    ...Object.entries(variables).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
  ];
  writeText(1, table(rows) + lines.map((line) => `${line}\n`).join(''));
}

export function showJson(program: string, { output, events, maps, variables, printed }: Shown): void {
  const hex = (bytes: Uint8Array | null) => (bytes === null ? null : toHex(bytes).replace(/\s/g, ''));
  const { result, packet, context, nanoseconds } = output;
  const shown = {
    program,
    result,
    packet: hex(packet),
    context: hex(context),
    nanoseconds,
    events,
    maps,
    variables,
    printed,
  };
  writeText(1, `${JSON.stringify(shown, null, 2)}\n`);
}

const placeText = (place: Place | null): string =>
  place === null ? '' : `${place.file}:${place.line}:${place.col}`;

/** The fault, the last instructions and the registers that are not 0. */
export function faultText({ message, place, registers, trail }: RunFault, paint: Paint): string {
  const at = place === null ? 'bpfc' : placeText(place);
  const way = table(
    trail.map(({ func, instruction, place }) => [`  ${func}`, instruction, placeText(place)]),
  );
  const known = registers.flatMap((value, i) => (value === 0n ? [] : [`r${i}=${registerText(value)}`]));
  return [
    `${paint('strong', at)}: ${paint('error', 'error:')} ${message}\n`,
    ...(trail.length === 0 ? [] : ['  the last instructions:\n', way]),
    ...(known.length === 0 ? [] : [`  registers: ${known.join(' ')}\n`]),
  ].join('');
}

/** Small numbers in decimal, addresses and large ones in hexadecimal. */
function registerText(value: bigint): string {
  const signed = BigInt.asIntN(64, value);
  return signed > -1_000_000n && signed < 1_000_000n ? String(signed) : `0x${value.toString(16)}`;
}

/** Runs step by step; each instruction is a line on stderr, with the registers that the one before changed. */
export function traced(steps: Generator<Step, SessionOutput, undefined>): SessionOutput {
  let last: readonly bigint[] = [];
  let line = '';
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    const { func, instruction, place, depth, registers } = step.value;
    const changed = registers.flatMap((value, i) =>
      i === 10 || value === (last[i] ?? 0n) ? [] : [`r${i}=${registerText(value)}`],
    );
    const where = place === null ? '' : `${place.file}:${place.line}`;
    if (changed.length > 0) line = `  ${changed.join(' ')}\n`;
    writeText(2, `${line}${where.padEnd(20)} ${'  '.repeat(depth)}${func}: ${instruction}\n`);
    line = '';
    last = registers;
  }
}
