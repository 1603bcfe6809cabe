/**
 * The context tables against the running kernel, one access a program: every aligned load and store of one, two, four
 * and eight bytes in every context.
 *
 *     socket SKB: a store of 4 bytes at 72 (TCClassid) is refused, the table says it is taken
 *
 * What the table says a kind may access must be taken, at the field's width. What is taken beyond that (parts of a
 * field, two elements at once) must lie within fields that the kind may access: no field is missing.
 */

import { type ContextField, type ContextRow, contextRow, mayRead, mayWrite } from '../../src/bpf/contexts.ts';
import { supports } from '../../src/bpf/kernels.ts';
import { type AttachKind, type ProgramRow, programs } from '../../src/bpf/programs.ts';
import { exit, instruction, type Probe, setR0 } from './probe.ts';

const loads = { 1: 0x71, 2: 0x69, 4: 0x61, 8: 0x79 } as const;
const stores = { 1: 0x73, 2: 0x6b, 4: 0x63, 8: 0x7b } as const;
const widths = [1, 2, 4, 8] as const;
/** The value that is stored: r3 = 1. */
const one = instruction(0xb7, 1, [3, 0]);

interface Access {
  readonly write: boolean;
  readonly width: (typeof widths)[number];
  readonly offset: number;
}

/** Registers of probes have names for few of what the kernel shows: all of it may be read, since 7.0 also written. */
const isRegisters = (context: ContextRow): boolean => 'Regs.IP' in context.fields;

/** Zero bytes behind a 16-bit port, which the kernel lets programs read with it. */
const padding: Readonly<Record<string, readonly [from: number, to: number]>> = {
  bpf_sk_lookup: [38, 40],
  bpf_sock: [50, 52],
};

function mayAccess(field: ContextField, row: ProgramRow, kernel: string, write: boolean): boolean {
  if (!supports(kernel, field.since ?? row.since)) return false;
  return write ? mayWrite(field, row) : mayRead(field, row);
}

const isAligned = ({ offset, width }: Access, field: ContextField): boolean => {
  const within = offset - field.offset;
  return within >= 0 && within % field.width === 0 && width === field.width;
};

/** What the table makes of an access: taken, perhaps (a part of fields that may be accessed), or refused. */
function expected(access: Access, context: ContextRow, row: ProgramRow, kernel: string): boolean | null {
  const { offset, width, write } = access;
  const covered = new Set<number>();
  for (const field of Object.values(context.fields)) {
    if (!mayAccess(field, row, kernel, write)) continue;
    const end = field.offset + field.width * (field.count ?? 1);
    if (isAligned(access, field) && offset + width <= end) return true;
    if (!write && field.narrow === true && offset >= field.offset && offset + width <= end) {
      if (width < field.width) return true;
    }
    for (let at = field.offset; at < end; at++) covered.add(at);
  }
  const [from, to] = padding[context.struct] ?? [0, 0];
  const isCovered = (at: number): boolean => covered.has(at) || (at >= from && at < to);
  const bytes = Array.from({ length: width }, (_, i) => offset + i);
  if (bytes.every(isCovered)) return null;
  return isRegisters(context) ? null : false;
}

/** `fields`: only where the table's fields begin, at their widths, which is a tenth of the work. */
export type Thoroughness = 'every access' | 'fields';

function isAsked(access: Access, context: ContextRow, thoroughness: Thoroughness): boolean {
  if (thoroughness === 'every access') return true;
  return Object.values(context.fields).some((f) => f.offset === access.offset && f.width === access.width);
}

function differencesOf(
  probe: Probe,
  kind: AttachKind,
  context: ContextRow,
  thoroughness: Thoroughness,
): string[] {
  const row = programs[kind];
  const end = [setR0(row.defaultResult), exit];
  const wrong: string[] = [];
  for (const write of [false, true])
    for (const width of widths)
      for (let offset = 0; offset < context.size + 8; offset += width) {
        if (!isAsked({ write, width, offset }, context, thoroughness)) continue;
        const want = expected({ write, width, offset }, context, row, probe.kernel);
        if (want === null) continue;
        const taken = write
          ? probe.accepts(kind, one, instruction(stores[width], 0, [1, 3], offset), ...end)
          : probe.accepts(kind, instruction(loads[width], 0, [2, 1], offset), ...end);
        if (taken === want) continue;
        const name = Object.entries(context.fields).find(
          ([, f]) => offset >= f.offset && offset < f.offset + f.width * (f.count ?? 1),
        )?.[0];
        wrong.push(
          `${kind} ${row.context}: a ${write ? 'store' : 'load'} of ${width} bytes at ${offset} (${name ?? 'no field'}) is ${taken ? 'taken' : 'refused'}`,
        );
      }
  return wrong;
}

/** What the kernel says otherwise than the table. Kinds with the same rules are asked once. */
export function contextDifferences(probe: Probe, thoroughness: Thoroughness): readonly string[] {
  const seen = new Set<string>();
  return probe.loadable.flatMap((kind) => {
    const row = programs[kind];
    const context = row.context === null ? null : contextRow(row.context);
    if (context === null) return [];
    const rules = `${row.type} ${isRegisters(context) ? '' : row.attachType}`;
    if (seen.has(rules)) return [];
    seen.add(rules);
    return differencesOf(probe, kind, context, thoroughness);
  });
}
