/**
 * The kernel's trace output: what `bpf_trace_printk` writes.
 *
 *     const trace = openTrace();
 *     … (await trace.waitFor((line) => line.includes('Hello'), 5000)) …
 *     trace.close();
 *
 * trace_pipe consumes what it gives out: one reader at a time sees a line.
 */

import { closeSync, constants, existsSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The folder of tracefs, or an error that tells how to mount it. */
export function tracefs(): string {
  const found = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'].find((folder) =>
    existsSync(`${folder}/events`),
  );
  if (found === undefined)
    throw new Error('tracefs is not mounted: mount -t tracefs none /sys/kernel/tracing');
  return found;
}

export interface Trace {
  /** Complete lines that have come since the last call; does not wait. */
  readonly lines: () => readonly string[];
  /** The first line that satisfies `wanted`, or null after `timeoutMs`. */
  readonly waitFor: (wanted: (line: string) => boolean, timeoutMs: number) => Promise<string | null>;
  readonly close: () => void;
}

/** `task-pid [cpu] flags time: event: text`: the text that a program printed; null for another line. */
export function printedText(line: string): string | null {
  const match = /: bpf_trace_printk: (.*)$/s.exec(line);
  return match?.[1] ?? null;
}

export function openTrace(): Trace {
  const fd = openSync(`${tracefs()}/trace_pipe`, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(1 << 16);
  let rest = '';
  /** One read; false when nothing is there. */
  const fill = (): boolean => {
    try {
      const count = readSync(fd, buffer);
      rest += buffer.toString('utf8', 0, count);
      return count > 0;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return false;
      throw error;
    }
  };
  const lines = (): readonly string[] => {
    while (fill());
    const complete = rest.split('\n');
    rest = complete.pop() ?? '';
    return complete;
  };
  return {
    lines,
    async waitFor(wanted, timeoutMs) {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const line = lines().find(wanted);
        if (line !== undefined) return line;
        if (Date.now() >= end) return null;
        await sleep(20);
      }
    },
    close: () => closeSync(fd),
  };
}

/** The pipe has one reader at a time: waits until the one before has gone. */
export async function openTraceWhenFree(timeoutMs: number): Promise<Trace> {
  for (const end = Date.now() + timeoutMs; ; await sleep(50)) {
    try {
      return openTrace();
    } catch (error) {
      const busy = error instanceof Error && 'code' in error && error.code === 'EBUSY';
      if (!busy || Date.now() >= end) throw error;
    }
  }
}

/** Helpers that print to the trace: bpf_trace_printk and bpf_trace_vprintk. */
const printing: readonly number[] = [6, 177];

/** Does a program of these instructions print? */
export function printsLines(code: Uint8Array): boolean {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let at = 0; at + 8 <= code.length; at += 8)
    if (code[at] === 0x85 && (code[at + 1] ?? 0) >> 4 === 0 && printing.includes(view.getInt32(at + 4, true)))
      return true;
  return false;
}

let marks = 0;

/**
 * What this process printed since the mark, read without taking lines from other readers.
 *
 *     const printed = markTrace();
 *     … a test run …
 *     printed()      // ['Hello world!']; nothing where there is no tracefs
 */
export function markTrace(): () => readonly string[] {
  let folder: string;
  const mark = `bpfc-${process.pid}-${marks++}`;
  try {
    folder = tracefs();
    writeFileSync(`${folder}/trace_marker`, mark);
  } catch {
    // A run without its printed lines is better than none.
    return () => [];
  }
  return () => {
    const text = readFileSync(`${folder}/trace`, 'utf8');
    const own = text
      .slice(Math.max(0, text.lastIndexOf(mark)))
      .split('\n')
      .filter((line) => line.includes(`-${process.pid} `));
    return own.map(printedText).filter((line) => line !== null);
  };
}
