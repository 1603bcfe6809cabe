/** Commands that load, run and explain programs, in real processes. */

import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires, tool } from '../../golden/requires.ts';

const hasKernel = await requires('kernel');
const canRun = await requires('kernel', 'tracefs', 'bpftool');

const filter = `package main

import "bpfc/sdk/bpf"

//bpf:config
var Limit uint32 = 9

var Seen uint64

type Key struct {
	Proto uint8
	Name  [4]uint8
}

var Hits = bpf.HashMap[Key, uint64]{MaxEntries: 16}
var Sizes = bpf.Array[uint32]{MaxEntries: 2}

//bpf:attach xdp
func Filter(ctx *bpf.XDP) bpf.XDPAction {
	kind := bpf.At[uint8](ctx, 12)
	if kind == nil {
		return bpf.XDPDrop
	}
	Seen++
	key := Key{Proto: *kind, Name: [4]uint8{'i', 'p'}}
	if n := Hits.Lookup(key); n != nil {
		*n += 1
	}
	if uint32(*kind) == Limit {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`;

let folder = '';
let bin = '';

beforeAll(async () => {
  folder = mkdtempSync(join(process.cwd(), 'node_modules/.bpfc-kernel-'));
  bin = join(folder, 'bpfc.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outfile: bin,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['koffi'],
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'filter.go'), filter);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bpfc(words: readonly string[], input = ''): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [bin, ...words], { cwd: folder, encoding: 'utf8', input });
}

const packet = `${'00'.repeat(12)}0800${'11'.repeat(6)}`;
const ways = [['--vm'], ...(hasKernel ? [[]] : [])];

describe.each(ways)('exec %s', (...way) => {
  const exec = (...words: readonly string[]): SpawnSyncReturns<string> =>
    bpfc(['exec', 'filter.go', ...way, '--packet', packet, ...words]);

  it('gives the result, maps in and out, and variables', () => {
    const done = exec(
      '--json',
      '--map',
      'Hits=[{"key":{"Proto":8,"Name":"ip"},"value":41}]',
      '--map',
      'Sizes=[7]',
    );
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toMatchObject({
      program: 'Filter',
      result: 2,
      packet,
      maps: { Hits: [{ key: { Proto: 8, Name: 'ip' }, value: 42 }], Sizes: [7, 0] },
      variables: { Limit: 9, Seen: 1 },
    });
  });

  it('sets config variables', () => {
    expect(JSON.parse(exec('--json', '--set', 'Limit=8').stdout)).toMatchObject({ result: 1 });
  });

  it('repeats', () => {
    expect(exec('--repeat', '5').stdout).toContain('Seen = 5');
  });

  it.each([
    [['--map', 'Hit=[]'], 'did you mean Hits?'],
    [['--map', 'Hits=[{"key":{"Proto":300},"value":1}]'], '300 is not within 0 to 255'],
    [['--map', 'Hits=[{"key":{"Prot":3},"value":1}]'], 'it has Proto, Name'],
    [['--set', 'Limit=many'], '--set Limit must be an integer'],
    [['--program', 'Filte'], 'did you mean Filter?'],
  ])('%j is refused', (words, message) => {
    const done = exec(...words);
    expect([done.status, done.stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe.skipIf(!hasKernel)('verify', () => {
  it('shows figures as a table and as JSON', () => {
    const done = bpfc(['verify', 'filter.go']);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(
      /^program +section +verdict .*\nFilter +xdp +accepted +\d+ +\d+ +\d+ µs +\d+ bytes\n$/,
    );
    const [json] = JSON.parse(bpfc(['verify', 'filter.go', '--json']).stdout);
    expect(json).toMatchObject({ program: 'Filter', accepted: true });
  });

  it('takes objects, and says what is none', () => {
    bpfc(['filter.go', '-o', 'filter.o']);
    expect(bpfc(['verify', 'filter.o']).stdout).toContain('accepted');
    writeFileSync(join(folder, 'no.o'), 'text');
    const done = bpfc(['verify', 'no.o']);
    expect([done.status, done.stderr]).toEqual([1, 'bpfc: no.o is neither a .go file nor an ELF object\n']);
  });

  it('--log has Go lines', () => {
    expect(bpfc(['verify', 'filter.go', '--log']).stdout).toMatch(/^; Seen\+\+ @ filter\.go:24$/m);
  });

  it('says what is missing without root', () => {
    const done = spawnSync(process.execPath, [bin, 'verify', 'filter.go'], {
      cwd: folder,
      encoding: 'utf8',
      uid: 65534,
      gid: 65534,
    });
    if (done.status === null || /EACCES|Cannot find module/.test(done.stderr)) return;
    expect([done.status, done.stderr]).toEqual([1, expect.stringContaining('run it with sudo')]);
  });
});

describe.each(ways)('exec %s of a program that sends', (...way) => {
  it('shows its events', () => {
    writeFileSync(join(folder, 'sender.go'), sender);
    const done = bpfc(['exec', 'sender.go', ...way]);
    expect([done.status, done.stdout]).toEqual([0, 'Send  returned 2\nEvents: Port=53 Name="dns"\n']);
  });
});

const sayer = `package main

import "bpfc/sdk/bpf"

//bpf:attach syscall
func Say(ctx *struct{ A uint64 }) int32 {
	bpf.TracePrintk("a is %d\\n", ctx.A)
	return 3
}
`;

describe.each(canRun ? [['--vm'], []] : [['--vm']])('exec %s of a program that prints', (...way) => {
  it('shows its lines', () => {
    writeFileSync(join(folder, 'sayer.go'), sayer);
    const done = bpfc(['exec', 'sayer.go', ...way, '--ctx', '0700000000000000']);
    expect([done.stderr, done.stdout]).toEqual(['', expect.stringContaining('printed: a is 7\n')]);
  });
});

describe('exec --vm --trace', () => {
  it('shows every instruction and what it changes', () => {
    writeFileSync(join(folder, 'sender.go'), sender);
    const done = bpfc(['exec', 'sender.go', '--vm', '--trace']);
    expect(done.stderr).toMatch(/^ {2}r1=0x\w+\nsender\.go:14 +Send: r1 = map Events ll\n {2}r1=0x/);
    expect(done.stderr).toMatch(/Send: exit r0\n$/);
    expect(bpfc(['exec', 'sender.go', '--trace'])).toMatchObject({ status: 2, stdout: '' });
  });

  it('runs objects', () => {
    expect(bpfc(['filter.go', '-o', 'vm.o']).status).toBe(0);
    expect(bpfc(['exec', 'vm.o', '--vm', '--packet', packet]).stdout).toMatch(/^Filter +returned 2\n/);
  });
});

const sender = `package main

import "bpfc/sdk/bpf"

type Event struct {
	Port uint32
	Name [4]uint8
}

var Events = bpf.RingBuf[Event]{Size: 4096}

//bpf:attach xdp
func Send(ctx *bpf.XDP) bpf.XDPAction {
	if e := Events.Reserve(); e != nil {
		e.Port = 53
		e.Name = [4]uint8{'d', 'n', 's'}
		Events.Submit(e)
	}
	return bpf.XDPPass
}
`;

const snoop = `package main

import "bpfc/sdk/bpf"

type Event struct {
	PID  uint32
	Kind uint8
	Comm [16]byte
}

var Events = bpf.RingBuf[Event]{Size: 65536}
var Samples = bpf.PerfEventArray[Event]{}
var Total uint64

//bpf:attach tracepoint/syscalls/sys_enter_chdir
func SnoopChdir(ctx *[64]uint8) int32 {
	e := Events.Reserve()
	if e == nil {
		return 0
	}
	_, e.PID = bpf.CurrentPidTgid()
	e.Kind = 7
	e.Comm = bpf.CurrentComm()
	Events.Submit(e)
	Total++
	return 0
}
`;

describe.skipIf(!canRun)('run', () => {
  const start = (...words: readonly string[]) => {
    const child = spawn(process.execPath, [bin, 'run', ...words], { cwd: folder });
    let text = '';
    let notes = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (notes += chunk));
    const until = async (done: () => boolean): Promise<void> => {
      for (let i = 0; i < 500 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    return {
      child,
      text: () => text,
      attached: () => until(() => notes.includes('is attached')),
      says: (what: string) => until(() => text.includes(what)),
      ended: () => new Promise((resolve) => child.on('close', resolve)),
    };
  };
  const chdir = () => spawnSync('sh', ['-c', 'cd /'], { encoding: 'utf8' });

  it('hello world prints', async () => {
    writeFileSync(
      join(folder, 'hello.go'),
      'package main\n\nimport "github.com/miekg/bpf"\n\nfunc main() { bpf.TracePrintk("Hello world!\\n") }\n',
    );
    const run = start('hello.go', '--duration', '20s');
    await run.attached();
    // Lines are lost where others print much: what is opened again prints again.
    const again = setInterval(chdir, 500);
    chdir();
    await run.says('Hello world!');
    clearInterval(again);
    run.child.kill('SIGTERM');
    await run.ended();
    expect(run.text()).toMatch(/^Hello world!$/m);
  });

  it('events of a process come by name, as JSON', async () => {
    writeFileSync(join(folder, 'snoop.go'), snoop);
    const run = start('snoop.go', '--json', '--duration', '20s');
    await run.attached();
    chdir();
    await run.says('"Comm":"sh"');
    run.child.kill('SIGTERM');
    await run.ended();
    const events = run
      .text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((line) => line.event === 'Events' && line.value.Comm === 'sh');
    expect(events[0].value).toMatchObject({ Kind: 7, Comm: 'sh', PID: expect.any(Number) });
  });

  it('the example exec snoop tells of a process that is started here', async () => {
    const example = join(process.cwd(), 'examples/samples/s03execsnoop/s03execsnoop.go');
    const run = start(example, '--json', '--duration', '20s');
    await run.attached();
    const child = spawn('sh', ['-c', 'exec true']);
    await new Promise((resolve) => child.on('close', resolve));
    await run.says(`{"PID":${child.pid},"PPID":${process.pid},"Comm":"sh"`);
    run.child.kill('SIGTERM');
    await run.ended();
    expect(run.text()).toContain(`{"PID":${child.pid},"PPID":${process.pid},"Comm":"sh"`);
  });

  it('a killed process leaves no program, map or link behind', async () => {
    writeFileSync(join(folder, 'snoop.go'), snoop);
    const list = (what: string): string =>
      spawnSync(tool('bpftool'), [what, 'list'], { encoding: 'utf8' }).stdout;
    const run = start('snoop.go');
    await run.attached();
    const id = /^(\d+): .*name SnoopChdir/m.exec(list('prog'))?.[1] ?? 'none';
    const link = new RegExp(`prog ${id}\\b`);
    expect(list('link')).toMatch(link);
    run.child.kill('SIGKILL');
    await run.ended();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(list('prog')).not.toContain('SnoopChdir');
    expect(list('map')).not.toMatch(/name Samples /);
    expect(list('link')).not.toMatch(link);
  });

  it('says what it must be told', () => {
    const done = bpfc(['run', 'filter.go', '--duration', '1s']);
    expect([done.status, done.stderr]).toEqual([1, 'bpfc: choose a network interface with --iface NAME\n']);
    expect(bpfc(['run', 'filter.go', '--duration', 'soon']).status).toBe(2);
  });

  it('attaches to an interface', () => {
    const done = bpfc(['run', 'filter.go', '--iface', 'lo', '--duration', '200ms', '--set', 'Limit=255']);
    expect([done.status, done.stderr]).toEqual([0, 'bpfc: Filter is attached to xdp\n']);
  });
});

describe('explain', () => {
  const log = [
    '; v := hits.Lookup(1)',
    '6: (85) call bpf_map_lookup_elem#1',
    '; *v += 1',
    '7: (79) r1 = *(u64 *)(r0 +0)',
    "R0 invalid mem access 'map_value_or_null'",
    'processed 7 insns (limit 1000000)',
  ].join('\n');

  it('a log from stdin, with the lines of a source file', () => {
    writeFileSync(join(folder, 'a.go'), 'package p\n\nfunc f() {\n\tv := hits.Lookup(1)\n\t*v += 1\n}\n');
    const done = bpfc(['explain', '--source', 'a.go'], log);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/^a\.go:5: error: .*\[nil-map-value\]\n {2}5 \| \*v \+= 1\n/);
    expect(done.stdout).toContain('line 4: v := hits.Lookup(1)');
    expect(JSON.parse(bpfc(['explain', '--json'], log).stdout)).toMatchObject({ name: 'nil-map-value' });
  });

  it('a code, a near one, and what is neither', () => {
    expect(bpfc(['explain', 'config-read-only']).stdout).toMatch(
      /^config-read-only \(error\)[\s\S]*wrong:[\s\S]*right:/,
    );
    const near = bpfc(['explain', 'config-read-onli']);
    expect([near.status, near.stderr]).toEqual([
      2,
      expect.stringContaining('did you mean config-read-only?'),
    ]);
    const none = bpfc(['explain'], 'hello\n');
    expect(none.status).toBe(none.stdout === '' ? 1 : 0);
  });
});

it('every command shows its help with an example', () => {
  for (const command of ['verify', 'exec', 'run', 'explain'])
    expect(bpfc([command, '--help']).stdout).toMatch(/^usage: bpfc [\s\S]*\nexample: /);
});
