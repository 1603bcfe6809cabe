/**
 * The running kernel's configuration, for values that programs ask for by name.
 *
 *     CONFIG_HZ=250   →   kernelConfig('CONFIG_HZ') = 250n        CONFIG_BPF=y   →   1n (tristate: n 0, y 1, m 2)
 *
 * `LINUX_KERNEL_VERSION` is the version as KERNEL_VERSION(a, b, c) makes it. Other values than numbers and y, n, m are
 * not for programs.
 */

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const release = (): string => readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();

function configText(): string {
  const packed = '/proc/config.gz';
  if (existsSync(packed)) return gunzipSync(readFileSync(packed)).toString();
  const path = `/boot/config-${release()}`;
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

let known: ReadonlyMap<string, string> | null = null;

function settings(): ReadonlyMap<string, string> {
  known ??= new Map(
    [...configText().matchAll(/^(CONFIG_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  return known;
}

/** a.b.c in a byte each; the last is at most 255. */
function kernelVersion(): bigint {
  const [a = 0, b = 0, c = 0] = release()
    .split(/[^0-9]+/)
    .map(Number);
  return BigInt((a << 16) | (b << 8) | Math.min(c, 255));
}

const letters: Readonly<Record<string, bigint>> = { n: 0n, y: 1n, m: 2n };

/** null: this kernel has no such value. */
export function kernelConfig(name: string): bigint | null {
  if (name === 'LINUX_KERNEL_VERSION') return kernelVersion();
  const value = settings().get(name);
  if (value === undefined) return null;
  const letter = letters[value];
  if (letter !== undefined) return letter;
  return /^-?(0x[0-9a-fA-F]+|\d+)$/.test(value) ? BigInt(value) : null;
}
