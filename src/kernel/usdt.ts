/**
 * Attaching to static probes (USDT): a uprobe at every place of the probe, whose cookie is the number of the record that
 * says where the arguments are.
 *
 *     attachStatic(system, progFd, 'libc.so.6:libc:setjmp', specsFd)
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { probeSpec, staticProbes } from '../object/stapsdt.ts';
import { type Attached, attach } from './attach.ts';
import { lookup, update } from './map.ts';
import type { System } from './system.ts';

const folders = [
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
];

/** The file of a program or library that is named without a folder. */
export function binaryPath(name: string): string {
  if (name.includes('/')) return name;
  const search = /\.so(\.|$)/.test(name) ? folders : (process.env.PATH ?? '').split(':');
  const found = search.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`no folder for programs or libraries holds ${name}`);
  return found;
}

const specSize = 208;
const numberOf = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);

/** Leaves a record in the map, in the first free place: one whose count and cookie were never written. */
function keepSpec(system: System, specs: number, spec: Uint8Array): number {
  for (let n = 0; n < 256; n++) {
    const held = lookup(system, specs, numberOf(n), specSize);
    if (held === null) break;
    const same = held.every((b, i) => b === spec[i]);
    if (!same && held.some((b) => b !== 0)) continue;
    if (!same) update(system, specs, numberOf(n), spec);
    return n;
  }
  throw new Error('too many static probes: 256 is the most');
}

/** `target`: BINARY:PROVIDER:NAME. `specs`: the map of records; null where the program asks for no argument. */
export function attachStatic(system: System, progFd: number, target: string, specs: number | null): Attached {
  const parts = target.split(':');
  const name = parts.pop() ?? '';
  const provider = parts.pop() ?? '';
  const path = binaryPath(parts.join(':'));
  const probes = staticProbes(new Uint8Array(readFileSync(path))).filter(
    (p) => p.provider === provider && p.name === name,
  );
  if (probes.length === 0) throw new Error(`${path} has no static probe ${provider}:${name}`);
  const all: Attached[] = [];
  const close = (): void => {
    for (const one of all) one.close();
  };
  try {
    for (const { offset, semaphore, args } of probes) {
      const cookie = specs === null ? {} : { cookie: BigInt(keepSpec(system, specs, probeSpec(args, 0n))) };
      all.push(attach(system, progFd, { kind: 'uprobe', path, offset, ret: false, semaphore, ...cookie }));
    }
    return { fds: all.flatMap(({ fds }) => fds), close };
  } catch (error) {
    close();
    throw error;
  }
}
