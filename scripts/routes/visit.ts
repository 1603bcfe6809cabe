/** Attaches the program of a route as `bpfc run` does, lets something happen, and looks at what it counted. */

import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../src/base/assert.ts';
import { programRow } from '../../src/bpf/programs.ts';
import { command } from '../../src/kernel/command.ts';
import { lookup } from '../../src/kernel/map.ts';
import { loadObject } from '../../src/kernel/object.ts';
import { closeFd, succeed, type System } from '../../src/kernel/system.ts';
import { attachProgram } from '../../src/kernel/targets.ts';
import { readBpfObject } from '../../src/object/bpf-object.ts';
import type { Route, Trigger } from './table.ts';

const bash = (text: string): unknown => spawnSync('bash', ['-c', text], { stdio: 'ignore' });

async function socketCalls(use: (socket: ReturnType<typeof createSocket>) => void): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  use(socket);
  await sleep(20);
  socket.close();
}

const triggers: Readonly<Record<Exclude<Trigger, 'read-iterator'>, () => unknown>> = {
  none: () => undefined,
  open: () => {
    readFileSync('/proc/self/stat');
    spawnSync('cat', ['/dev/null']);
  },
  udp: () => bash('echo hello > /dev/udp/127.0.0.1/9'),
  tcp: () => bash('exec 3<>/dev/tcp/127.0.0.1/9'),
  bind: () => socketCalls((socket) => socket.send('hello', socket.address().port, '127.0.0.1')),
  options: () =>
    socketCalls((socket) => {
      socket.setBroadcast(true);
      socket.getRecvBufferSize();
    }),
  sysctl: () => spawnSync('cat', ['/proc/sys/kernel/ostype']),
  exec: () => spawnSync('ls', ['/']),
  busy: () => {
    for (const end = Date.now() + 300; Date.now() < end; );
  },
};

/** An iterator runs as it is read. */
function readIterator(system: System, link: number): void {
  const fd = succeed('BPF_ITER_CREATE', command(system, 'ITER_CREATE', { link_fd: link }).result);
  while (readSync(fd, Buffer.alloc(4096)) > 0);
  closeFd(system, fd);
}

const libraries = ['/lib/x86_64-linux-gnu/libc.so.6', '/lib/aarch64-linux-gnu/libc.so.6', '/lib64/libc.so.6'];

/** null: it has counted (or is attached, where nothing more is asked). */
export async function visit(system: System, route: Route, bytes: Uint8Array): Promise<string | null> {
  const object = readBpfObject(bytes);
  const loaded = loadObject(system, object);
  try {
    const program = must(loaded.programs.get('Count'), 'Count');
    if (!program.ok) return `refused: ${program.reason} ${program.log.trim().split('\n').at(-2) ?? ''}`;
    const point = must(programRow(route.section), route.section);
    const attached = attachProgram(system, program.fd, point, {
      iface: 'lo',
      egress: route.egress === true,
      cgroup: null,
      probe: route.probe === true ? `${libraries.find((path) => existsSync(path))}:malloc` : null,
      sockets: loaded.maps.get('Sockets')?.fd ?? null,
      netfilterHook: 1,
    });
    if (attached === null) return 'programs of its kind are not attached';
    try {
      if (route.trigger === 'read-iterator') readIterator(system, attached.fds[0] ?? -1);
      else await triggers[route.trigger]();
      if (route.trigger === 'none') return null;
      const hits = must(loaded.maps.get('Hits'), 'Hits');
      const value = lookup(system, hits.fd, new Uint8Array(4), 8) ?? new Uint8Array(8);
      return value.some((b) => b !== 0) ? null : 'it was never called';
    } finally {
      attached.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    loaded.close();
  }
}

export interface Visited {
  readonly section: string;
  readonly egress: boolean;
  readonly why: string | null;
}

/** File systems that a bare machine may lack, and the loopback interface. */
export function prepareMachine(): void {
  if (!existsSync('/sys/kernel/tracing/events')) bash('mount -t tracefs none /sys/kernel/tracing');
  if (!existsSync('/sys/fs/cgroup/cgroup.procs') && !existsSync('/sys/fs/cgroup/unified/cgroup.procs'))
    bash('mount -t cgroup2 none /sys/fs/cgroup');
  bash('ip link set lo up');
}
