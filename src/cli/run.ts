/**
 * `bpfc run`: loads, attaches, and shows what comes: printed lines, typed events, maps at the end or every interval. All
 * that it makes hangs on descriptors of this process, so that nothing stays however it ends.
 */

import { readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { programRow } from '../bpf/programs.ts';
import { eventShapes } from '../emit/event-shapes.ts';
import { command } from '../kernel/command.ts';
import type { Attached } from '../kernel/attach.ts';
import { type EventSource, openPerfArray, openRing } from '../kernel/events.ts';
import { type KernelSession, kernelSession } from '../kernel/session.ts';
import { succeed, type System } from '../kernel/system.ts';
import { AttachError, type AttachOptions, attachProgram } from '../kernel/targets.ts';
import { openTraceWhenFree, printedText, printsLines, type Trace } from '../kernel/trace.ts';
import { eventJson, type ObjectShapes, shapesOf } from '../object/object-shapes.ts';
import { type Json, ShapeError } from '../object/shape.ts';
import { type Args, UsageError } from './args.ts';
import { contentsWith, mapLines, mapsJson, settings } from './data.ts';
import { showRefused } from './exec.ts';
import { eventText } from './exec-show.ts';
import { FileError, writeText } from './files.ts';
import { type Loadable, loadable, needKernel, reportingKernelErrors } from './kernel.ts';

const pollMs = 20;
const mapTypes = { ringbuf: 27, perf: 4, sockmap: 15, sockhash: 18 } as const;
const hooks: readonly string[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

/** `5s`, `500ms`, `2m`, `5`: milliseconds; null: no such option. */
function duration(args: Args, option: 'duration' | 'interval'): number | null {
  const text = args.values.get(option);
  if (text === undefined) return null;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's'];
  if (match === null || unit === undefined)
    throw new UsageError(`--${option} takes 5s, 500ms or 2m, not '${text}'`);
  return Number(match[1]) * unit;
}

function attachOptions(args: Args, input: Loadable, session: KernelSession): AttachOptions {
  const text = (name: 'iface' | 'cgroup' | 'probe'): string | null => args.values.get(name) ?? null;
  const sockets = input.object.maps.filter(
    (m) => m.type === mapTypes.sockmap || m.type === mapTypes.sockhash,
  );
  const only = sockets.length === 1 ? sockets[0] : undefined;
  return {
    iface: text('iface'),
    egress: args.values.has('egress'),
    cgroup: text('cgroup'),
    probe: text('probe'),
    sockets: only === undefined ? null : (session.loaded.maps.get(only.name)?.fd ?? null),
    staticProbes: session.loaded.maps.get('__bpf_usdt_specs')?.fd ?? null,
    netfilterHook: hooks.indexOf(args.values.get('hook') ?? 'input'),
  };
}

/** Where output goes: lines, or one JSON object a line. */
interface Output {
  readonly printed: (text: string) => void;
  readonly event: (map: string, value: Json) => void;
  readonly maps: (maps: Readonly<Record<string, Json>>) => void;
  readonly note: (text: string) => void;
}

function outputFor(args: Args): Output {
  const note = (text: string): void => {
    if (!args.values.has('quiet')) writeText(2, `bpfc: ${text}\n`);
  };
  if (args.values.has('json')) {
    const line = (value: Json): void => writeText(1, `${JSON.stringify(value)}\n`);
    return {
      printed: (text) => line({ printed: text }),
      event: (map, value) => line({ event: map, value }),
      maps: (maps) => line({ maps }),
      note,
    };
  }
  return {
    printed: (text) => writeText(1, `${text}\n`),
    event: (map, value) => writeText(1, `${map}: ${eventText(value)}\n`),
    maps(maps) {
      for (const [name, entries] of Object.entries(maps))
        for (const line of mapLines(name, entries)) writeText(1, `${line}\n`);
    },
    note,
  };
}

const traceWaitMs = 10_000;
interface Source {
  readonly name: string;
  readonly events: EventSource;
}

class Run {
  private readonly system: System;
  private readonly input: Loadable;
  private readonly session: KernelSession;
  private readonly shapes: ObjectShapes;
  private readonly output: Output;
  private readonly attached: Attached[] = [];
  private readonly sources: Source[] = [];
  private trace: Trace | null = null;

  constructor(system: System, input: Loadable, session: KernelSession, shapes: ObjectShapes, output: Output) {
    this.system = system;
    this.input = input;
    this.session = session;
    this.shapes = shapes;
    this.output = output;
  }

  private async openSources(): Promise<void> {
    for (const [name, { fd, map, maxEntries }] of this.session.loaded.maps) {
      if (map.type === mapTypes.ringbuf)
        this.sources.push({ name, events: openRing(this.system, fd, maxEntries) });
      if (map.type === mapTypes.perf)
        this.sources.push({ name, events: openPerfArray(this.system, fd, maxEntries) });
    }
    if (!this.input.object.programs.some(({ code }) => printsLines(code))) return;
    try {
      this.trace = await openTraceWhenFree(traceWaitMs);
    } catch (error) {
      this.output.note(
        `printed lines are not shown: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** An iterator runs when it is read. */
  private readIterator(link: number): void {
    const fd = succeed('BPF_ITER_CREATE', command(this.system, 'ITER_CREATE', { link_fd: link }).result);
    const buffer = Buffer.alloc(1 << 16);
    for (;;) {
      const count = readSync(fd, buffer);
      if (count === 0) break;
      writeText(1, buffer.toString('utf8', 0, count));
    }
  }

  async start(options: AttachOptions): Promise<void> {
    await this.openSources();
    for (const { name, section } of this.input.object.programs) {
      const program = this.session.loaded.programs.get(name);
      const point = programRow(section);
      if (program?.ok !== true || point === null) continue;
      if (point.row.link === 'struct_ops') continue;
      const attached = attachProgram(this.system, program.fd, point, options);
      if (attached === null) {
        this.output.note(`${name} (${section}) is loaded; programs of its kind are used, not attached`);
        continue;
      }
      this.attached.push(attached);
      this.output.note(`${name} is attached to ${section}`);
      if (point.row.link === 'iter') this.readIterator(attached.fds[0] ?? -1);
    }
    for (const { name, attach } of this.session.loaded.tables) {
      this.attached.push(attach());
      this.output.note(`${name} is in effect`);
    }
  }

  /** Shows what came since the last time. */
  poll(): void {
    for (const line of this.trace?.lines() ?? []) {
      const text = printedText(line);
      if (text !== null) this.output.printed(text);
    }
    for (const { name, events } of this.sources) {
      const shape = this.shapes.maps.get(name)?.value;
      for (const record of events.read()) this.output.event(name, eventJson(shape, record));
    }
  }

  showMaps(): void {
    this.output.maps(mapsJson(this.input, this.session, this.shapes));
  }

  stop(): void {
    for (const one of this.attached) one.close();
    this.poll();
    for (const { name, events } of this.sources) {
      if (events.lost() > 0) this.output.note(`${name}: ${events.lost()} events were lost`);
      events.close();
    }
    this.trace?.close();
  }
}

/** Polls until the time is over or a signal comes. */
async function follow(run: Run, args: Args): Promise<void> {
  const length = duration(args, 'duration');
  const interval = duration(args, 'interval');
  const end = length === null ? Number.POSITIVE_INFINITY : Date.now() + length;
  let next = interval === null ? Number.POSITIVE_INFINITY : Date.now() + interval;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  // The command's own handlers end the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeAllListeners(signal).on(signal, stop);
  while (!stopped && Date.now() < end) {
    await sleep(Math.min(pollMs, Math.max(1, end - Date.now())));
    run.poll();
    if (Date.now() < next || interval === null) continue;
    run.showMaps();
    next += interval;
  }
}

async function runLoaded(
  args: Args,
  input: Loadable,
  session: KernelSession,
  shapes: ObjectShapes,
  system: System,
): Promise<number> {
  if (showRefused(args, input, session)) return 1;
  const run = new Run(system, input, session, shapes, outputFor(args));
  try {
    await run.start(attachOptions(args, input, session));
    await follow(run, args);
    run.poll();
    run.showMaps();
    return 0;
  } catch (error) {
    if (error instanceof AttachError) throw new FileError(error.message);
    throw error;
  } finally {
    run.stop();
  }
}

export function runCommand(args: Args): Promise<number> {
  return reportingKernelErrors(async () => {
    duration(args, 'duration');
    duration(args, 'interval');
    const input = loadable(args);
    if (input === null) return 1;
    const { compiled, object } = input;
    const events = compiled?.module == null ? undefined : eventShapes(compiled.module.maps, compiled.program);
    const shapes = shapesOf(object, events);
    try {
      const values = settings(args, shapes);
      const system = await needKernel('run');
      const session = kernelSession(system, object, shapes, contentsWith(input, shapes, values));
      try {
        return await runLoaded(args, input, session, shapes, system);
      } finally {
        session.close();
      }
    } catch (error) {
      if (error instanceof ShapeError) throw new UsageError(error.message);
      throw error;
    }
  });
}
