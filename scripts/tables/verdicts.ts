/**
 * What a kernel makes of an object's programs: refused, loaded, or attached too.
 *
 *     { XdpDevmap: 'loaded', Xdp: 'attached', Netfilter: 'refused: EINVAL' }
 *
 * Attaching goes by the routes of src/kernel/targets.ts to things that every machine has: the loopback interface, the
 * root cgroup, this network namespace, malloc of the C library.
 */

import { existsSync } from 'node:fs';
import { maps } from '../../src/bpf/maps.ts';
import { programRow } from '../../src/bpf/programs.ts';
import { createMap, type MapSpec } from '../../src/kernel/map.ts';
import { loadObject, type NotLoadable } from '../../src/kernel/object.ts';
import type { LoadResult } from '../../src/kernel/program.ts';
import { closeFd, errnoName, KernelError, type System } from '../../src/kernel/system.ts';
import { AttachError, type AttachOptions, attachProgram } from '../../src/kernel/targets.ts';
import type { BpfObject } from '../../src/object/bpf-object.ts';

export interface Verdict {
  readonly state: 'refused' | 'loaded' | 'attached';
  /** Why it went no further; '' for what is attached, or is of a kind that is not attached by itself. */
  readonly why: string;
  /** The verifier's log, of what it refused. */
  readonly log: string;
}

const libraries = ['/lib/x86_64-linux-gnu/libc.so.6', '/lib/aarch64-linux-gnu/libc.so.6', '/lib64/libc.so.6'];

const places: AttachOptions = {
  iface: 'lo',
  egress: false,
  cgroup: null,
  probe: `${libraries.find((path) => existsSync(path)) ?? ''}:malloc`,
  sockets: null,
  netfilterHook: 1,
};

const oneSocket: MapSpec = { type: maps.sockmap.id, keySize: 4, valueSize: 4, maxEntries: 1 };

/** Numbers inside the kernel that it does not let out have no name. */
const innerErrors: Readonly<Record<number, string>> = { 524: 'ENOTSUPP' };
const nameOf = (errno: number): string => innerErrors[errno] ?? errnoName(errno);

/** The line of a log that names the reason: the last that is neither code, source, state nor figures. */
function complaint(log: string): string {
  const lines = log.split('\n').filter((line) => {
    const text = line.trim();
    return (
      text !== '' &&
      !/^(\d+: |;|processed |verification time|stack depth|insns |from \d|func#|R\d|caller|subprog |-)/.test(
        text,
      )
    );
  });
  return lines.at(-1)?.trim() ?? '';
}

function refusal(result: (LoadResult | NotLoadable) & { readonly ok: false }): Verdict {
  const reason = result.errno === 0 ? result.reason : nameOf(result.errno);
  const said = complaint(result.log);
  return { state: 'refused', why: said === '' ? reason : `${reason}, ${said}`, log: result.log };
}

/** Attach a loaded program, and detach it. */
function attached(system: System, fd: number, section: string): Verdict {
  const loaded = (why: string): Verdict => ({ state: 'loaded', why, log: '' });
  const point = programRow(section);
  if (point === null) return loaded('');
  const sockets = point.row.link === 'sockmap' ? createMap(system, oneSocket) : null;
  try {
    const held = attachProgram(system, fd, point, { ...places, sockets });
    if (held === null) return loaded('');
    held.close();
    return { state: 'attached', why: '', log: '' };
  } catch (error) {
    if (error instanceof KernelError) return loaded(nameOf(error.errno));
    // What the kernel or this machine lacks is a plain error with a message.
    if (error instanceof Error && (error instanceof AttachError || error.constructor === Error))
      return loaded(error.message);
    throw error;
  } finally {
    if (sockets !== null) closeFd(system, sockets);
  }
}

/** Of an object without programs: its maps are there. */
const made: Verdict = { state: 'loaded', why: '', log: '' };

/** By program; '' where there is none. An object whose maps or types are refused has all its programs refused. */
export function objectVerdicts(
  system: System,
  object: BpfObject,
  attach: boolean,
): Readonly<Record<string, Verdict>> {
  try {
    const loaded = loadObject(system, object);
    try {
      const verdicts = object.programs.map((program): readonly [string, Verdict] => {
        const result = loaded.programs.get(program.name);
        if (result === undefined) return [program.name, { state: 'refused', why: 'not loaded', log: '' }];
        if (!result.ok) return [program.name, refusal(result)];
        if (!attach) return [program.name, { state: 'loaded', why: '', log: '' }];
        return [program.name, attached(system, result.fd, program.section)];
      });
      return Object.fromEntries(verdicts.length > 0 ? verdicts : [['', made]]);
    } finally {
      loaded.close();
    }
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const verdict: Verdict = { state: 'refused', why: error.message, log: '' };
    const names = object.programs.map(({ name }) => name);
    return Object.fromEntries((names.length > 0 ? names : ['']).map((name) => [name, verdict]));
  }
}
