/** Helpers that print, format and read text. */

import type { Host } from '../host.ts';
import { Trap } from '../memory.ts';
import { failures, type HelperState, type HelperTable } from './state.ts';

const address4 = (host: Host, at: bigint): string => [...host.memory.read(at, 4)].join('.');

function address6(host: Host, at: bigint): string {
  const bytes = host.memory.read(at, 16);
  return Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16).padStart(4, '0'),
  ).join(':');
}

/** The text at an address; what cannot be read is printed as nothing. */
function readable(host: Host, at: bigint): string {
  try {
    return host.memory.text(at, 4096);
  } catch (error) {
    if (error instanceof Trap) return '';
    throw error;
  }
}

function number(value: bigint, verb: string, width: 32 | 64): string {
  if (verb === 'd' || verb === 'i') return String(BigInt.asIntN(width, value));
  if (verb === 'u') return String(BigInt.asUintN(width, value));
  const digits = BigInt.asUintN(verb === 'p' ? 64 : width, value).toString(16);
  return verb === 'X' ? digits.toUpperCase() : digits;
}

/** printf as bpf_trace_printk and bpf_snprintf know it. */
export function format(host: Host, text: string, args: readonly bigint[]): string {
  let next = 0;
  return text.replace(
    /%(%|(-?)(0?\d*)(ll|l|hh|h)?(pI4|pI6|[diuxXcsp]))/g,
    (_, all: string, left: string, pad: string, size: string, verb: string) => {
      if (all === '%') return '%';
      const value = args[next++] ?? 0n;
      const width = size === 'll' || size === 'l' ? 64 : 32;
      const shown =
        verb === 's'
          ? readable(host, value)
          : verb === 'c'
            ? String.fromCharCode(Number(value & 0xffn))
            : verb === 'pI4'
              ? address4(host, value)
              : verb === 'pI6'
                ? address6(host, value)
                : number(value, verb, width);
      const length = Number(pad || 0);
      return left === '-' ? shown.padEnd(length) : shown.padStart(length, pad.startsWith('0') ? '0' : ' ');
    },
  );
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);

/** 64-bit arguments in memory, as bpf_trace_vprintk and bpf_snprintf take them. */
function arrayOf(host: Host, data: bigint, length: bigint): readonly bigint[] {
  return Array.from({ length: Number(length) / 8 }, (_, i) => host.memory.load(data + BigInt(8 * i), 8));
}

/** A number at the start of a text: characters read and value; a text: why there is none. */
function parseNumber(text: string, base: bigint, signed: boolean): readonly [bigint, bigint] | bigint {
  if (![0n, 8n, 10n, 16n].includes(base)) return failures.invalid;
  const match = /^(\s*)(-?)(0[xX](?=[0-9a-fA-F])|0(?=[0-7]))?([0-9a-fA-F]+)/.exec(text);
  if (match === null || (!signed && match[2] === '-')) return failures.invalid;
  const [, space = '', sign = '', prefix = '', digits = ''] = match;
  const hexadecimal = base === 16n || (base === 0n && /x/i.test(prefix));
  const octal = base === 8n || (base === 0n && prefix === '0');
  const kept = (hexadecimal ? /^[0-9a-fA-F]+/ : octal ? /^[0-7]+/ : /^\d+/).exec(
    !hexadecimal && /x/i.test(prefix) ? '0' : digits,
  )?.[0];
  if (kept === undefined) return failures.invalid;
  const magnitude = BigInt(`${hexadecimal ? '0x' : octal ? '0o' : ''}${kept}`);
  const value = sign === '-' ? -magnitude : magnitude;
  const fits = signed ? BigInt.asIntN(64, value) === value : BigInt.asUintN(64, value) === value;
  const used = space.length + sign.length + (hexadecimal || octal ? prefix.length : 0) + kept.length;
  return fits ? [BigInt(used), value] : failures.range;
}

export function textHelpers(state: HelperState): HelperTable {
  const print = (host: Host, text: string, args: readonly bigint[]): bigint => {
    const line = format(host, text, args);
    state.log.push(line.replace(/\n$/, ''));
    return BigInt(line.length);
  };
  const parse =
    (signed: boolean) =>
    (host: Host, [buffer, length, flags, to]: readonly bigint[]): bigint => {
      const result = parseNumber(host.memory.text(buffer!, Number(length)), flags!, signed);
      if (typeof result === 'bigint') return result;
      host.memory.store(to!, 8, BigInt.asUintN(64, result[1]));
      return result[0];
    };
  return {
    trace_printk: (host, [text, size, ...args]) => print(host, host.memory.text(text!, Number(size)), args),
    trace_vprintk: (host, [text, size, data, length]) =>
      print(host, host.memory.text(text!, Number(size)), arrayOf(host, data!, length!)),
    seq_printf: (host, [, text, size, data, length]) => {
      print(host, host.memory.text(text!, Number(size)), arrayOf(host, data!, length!));
      return 0n;
    },
    seq_write: (host, [, data, length]) => {
      state.log.push(String.fromCharCode(...host.memory.read(data!, Number(length))).replace(/\n$/, ''));
      return 0n;
    },
    snprintf: (host, [to, size, text, data, length]) => {
      const bytes = bytesOf(
        `${format(host, host.memory.text(text!, 4096), arrayOf(host, data!, length!))}\0`,
      );
      const kept = bytes.slice(0, Number(size));
      if (kept.length > 0) kept[kept.length - 1] = 0;
      host.memory.write(to!, kept);
      return BigInt(bytes.length);
    },
    strncmp: (host, [first, size, second]) => {
      const a = host.memory.text(first!, Number(size));
      const b = host.memory.text(second!, Number(size));
      return a === b ? 0n : a < b ? -1n : 1n;
    },
    strtol: parse(true),
    strtoul: parse(false),
  };
}
