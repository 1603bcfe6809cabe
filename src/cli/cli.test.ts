/** The command as a user types it: a bundled `bpfc` in real processes, over real files. */

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram, requires, tool } from '../../golden/requires.ts';
import { version } from './version.ts';

const hello = `package main

import "github.com/miekg/bpf"

func main() { bpf.TracePrintk("Hello world!\\n") }
`;

let folder = '';
let bin = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bpfc-cli-'));
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
  writeFileSync(join(folder, 'hello.go'), hello);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bpfc(words: readonly string[], input = ''): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [bin, ...words], { cwd: folder, encoding: 'utf8', input });
}

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('outputs', () => {
  it('the ending of -o chooses the form, and missing folders are made', () => {
    for (const name of ['deep/er/main.go', 'a.s', 'a.o', 'a.hex', 'a.ir', 'a.bin']) {
      const done = bpfc(['hello.go', '-o', name]);
      expect([name, done.status, done.stdout]).toEqual([name, 0, '']);
      expect(readFileSync(join(folder, name)).length).toBeGreaterThan(0);
    }
    expect(read('deep/er/main.go')).toContain('package main');
  });

  it('an object is disassembled with its names and Go lines', () => {
    expect(bpfc(['hello.go', '-q', '-o', 'hello.o']).status).toBe(0);
    const done = bpfc(['disasm', 'hello.o']);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/^main:\n# hello\.go:5: func main/m);
    write('cut.o', read('hello.o').slice(0, 80));
    expect(bpfc(['disasm', 'cut.o'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^bpfc: cut\.o: /),
    });
  });

  it('--embed carries an object, --package makes a library of a name that Go takes', () => {
    expect(bpfc(['hello.go', '-q', '--embed']).stdout).toMatch(/LoadCollectionSpecFromReader/);
    expect(bpfc(['hello.go', '-q', '--package', 'hello']).stdout).toMatch(/^package hello$/m);
    expect(bpfc(['hello.go', '-q', '--package', 'a-b']).status).toBe(2);
  });

  it('an unknown ending is a usage error', () => {
    const done = bpfc(['hello.go', '-o', 'a.exe']);
    expect(done.status).toBe(2);
    expect(done.stderr).toMatch(/cannot tell the form of a\.exe/);
  });

  it('reads stdin', () => {
    expect(bpfc(['-', '--emit', 'asm', '-q'], hello).stdout).toMatch(/call 6|exit/);
  });

  it('refuses to overwrite an input, also through a link, and what is no file', () => {
    symlinkSync(join(folder, 'hello.go'), join(folder, 'link.go'));
    for (const name of ['hello.go', './hello.go', 'link.go']) {
      const done = bpfc(['hello.go', '-o', name]);
      expect([done.status, read('hello.go')]).toEqual([1, hello]);
      expect(done.stderr).toMatch(/is the input/);
    }
    mkdirSync(join(folder, 'dir.go'));
    expect(bpfc(['hello.go', '-o', 'dir.go']).stderr).toMatch(/not a regular file/);
    expect(bpfc(['hello.go', '-o', '/dev/null', '--emit', 'hex']).status).toBe(1);
  });

  it('an error leaves the old output and nothing else', () => {
    write('bad.go', 'package main\n\nfunc main() { undefinedName() }\n');
    write('old.s', 'kept');
    const before = readdirSync(folder).sort();
    const done = bpfc(['bad.go', '-o', 'old.s']);
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/^bad\.go:3:15: error: .*\[undefined-name\]/m);
    expect(read('old.s')).toBe('kept');
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it('assembly comes back as the same bytes', () => {
    bpfc(['hello.go', '-o', 'h.hex']);
    bpfc(['hello.go', '-o', 'h.bin']);
    expect(bpfc(['disasm', 'h.bin', '-o', 'h.s']).status).toBe(0);
    expect(bpfc(['asm', 'h.s', '-o', 'again.bin']).status).toBe(0);
    expect(readFileSync(join(folder, 'again.bin'))).toEqual(readFileSync(join(folder, 'h.bin')));
  });
});

describe('diagnostics', () => {
  it('as JSON', () => {
    write('bad.go', 'package main\n\nfunc main() { undefinedName() }\n');
    const done = bpfc(['check', '--json', 'bad.go']);
    expect(done.status).toBe(1);
    expect(JSON.parse(done.stdout)).toMatchObject([
      { code: 'undefined-name', file: 'bad.go', line: 3, col: 15 },
    ]);
  });

  it('ten at most', () => {
    write(
      'many.go',
      `package main\n\nfunc main() {\n${Array.from({ length: 14 }, (_, i) => `\tu${i}()\n`).join('')}}\n`,
    );
    const done = bpfc(['check', 'many.go']);
    expect(done.stderr.match(/error:/g)?.length).toBe(10);
    expect(done.stderr).toMatch(/4 more not shown/);
  });
});

describe('usage', () => {
  it.each([
    [['--emti', 'go', 'hello.go'], /--emti; did you mean --emit\?/],
    [['hello.go', '--cpu', 'v9'], /--cpu takes v1, v2, v3, v4/],
    [['hello.go', '-O3'], /takes 0, 2, s/],
    [['hello.go', '--stop-after', 'peephol'], /did you mean peephole\?/],
    [['hello.go', '-o'], /needs an argument/],
    [['asm', '--cpu', 'v3', 'a.s'], /has no option --cpu/],
    [[], /usage: bpfc/],
    [['hello.txt'], /is not a \.go file/],
  ] as const)('%j', (words, message) => {
    const done = bpfc(words);
    expect(done.stderr).toMatch(message);
    expect(done.status).toBe(2);
  });

  it('a missing file is an error without a stack trace', () => {
    const done = bpfc(['nothere.go']);
    expect(done.status).toBe(1);
    expect(done.stderr).toBe('bpfc: cannot read nothere.go: no such file\n');
  });

  it('help and version', () => {
    expect(bpfc(['--help']).stdout).toMatch(/example: bpfc hello\.go/);
    expect(bpfc(['opt', '--help']).stdout).toMatch(/--passes A,B/);
    expect(bpfc(['--version']).stdout).toBe(`bpfc ${version}\n`);
    const { version: packaged } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
    ) as { version: string };
    expect(version).toBe(packaged);
  });
});

describe('IR', () => {
  it('dumps after every pass, to a folder, and as differences', () => {
    expect(bpfc(['hello.go', '--emit', 'hex', '--dump-dir', 'dump']).status).toBe(0);
    const names = readdirSync(join(folder, 'dump'));
    expect(names[0]).toMatch(/^00-.*\.ir$/);
    expect(names.at(-1)).toMatch(/\.mir$/);
    const diff = bpfc(['hello.go', '--emit', 'hex', '--dump-ir=strings-to-stack', '--diff']).stderr;
    expect(diff).toMatch(/^# after strings-to-stack/m);
    expect(diff).toMatch(/^\+.*store/m);
  });

  it('opt runs SSA passes on .ir and machine passes on .mir', () => {
    bpfc(['hello.go', '--stop-after', 'mem2reg', '-o', 'h.ir']);
    expect(bpfc(['opt', '--passes', 'strings-to-stack,dce', 'h.ir']).stdout).toMatch(/store\./);
    bpfc(['hello.go', '--stop-after', 'select', '--emit', 'ir', '-o', 'h.mir']);
    const done = bpfc(['opt', '--passes', 'regalloc,frame', 'h.mir']);
    expect(done.stdout).toMatch(/r10/);
    expect(bpfc(['opt', '--passes', 'dce', 'h.mir']).stderr).toMatch(/pass dce takes ssa/);
  });

  it('lists the passes', () => {
    expect(bpfc(['passes']).stdout).toMatch(/regalloc\s+mir → code/);
  });
});

describe('init, helpers, completion', () => {
  // The SDK lies beside the installed command; here the command is a bundle elsewhere, so the sources are run.
  const sources = (words: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...words], {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
    });

  it('a new project passes go vet and go test offline, and is never written over', async () => {
    const demo = join(folder, 'my-demo');
    expect(sources(['init', demo]).status).toBe(0);
    expect(sources(['init', demo]).stderr).toMatch(/exists; bpfc init writes a new project only/);
    if (!(await requires('go'))) return;
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off' };
    for (const words of [
      ['vet', './...'],
      ['test', './...'],
    ]) {
      const done = spawnSync(tool('go'), words, { cwd: demo, encoding: 'utf8', env });
      expect(`${words[0]} ${done.status} ${done.stderr}`).toMatch(/^\w+ 0 /);
    }
  });

  it('describes helpers by any of their names', () => {
    for (const name of ['KtimeGetNs', 'ktime_get_ns', 'bpf_ktime_get_ns', '5']) {
      expect(bpfc(['helpers', name]).stdout).toMatch(/u64 bpf_ktime_get_ns\(void\)/);
    }
    expect(bpfc(['helpers', 'KtimeGetN']).stderr).toMatch(/did you mean KtimeGetNs\?/);
    expect(bpfc(['helpers']).stdout.split('\n').length).toBeGreaterThan(211);
  });

  it('completes in bash', () => {
    const script = `source ${join(folder, 'completion.bash')}; COMP_WORDS=(bpfc disas); COMP_CWORD=1; _bpfc; echo "\${COMPREPLY[@]}"`;
    write('completion.bash', bpfc(['completion', 'bash']).stdout);
    expect(spawnSync('bash', ['-c', script], { encoding: 'utf8', cwd: folder }).stdout.trim()).toBe('disasm');
    expect(bpfc(['completion', 'zsh']).stdout).toMatch(/^#compdef bpfc/);
    expect(bpfc(['completion', 'fish']).stdout).toMatch(/complete -c bpfc/);
    expect(bpfc(['completion', 'tcsh']).status).toBe(2);
  });

  it.skipIf(findProgram(['fish']) === null)('completes in fish', () => {
    write('completion.fish', bpfc(['completion', 'fish']).stdout);
    const complete = (line: string): string[] =>
      spawnSync('fish', ['-c', `source completion.fish; complete -C '${line}'`], {
        encoding: 'utf8',
        cwd: folder,
      })
        .stdout.trim()
        .split('\n')
        .map((found) => found.split('\t')[0] ?? '');
    expect(complete('bpfc disas')).toEqual(['disasm']);
    expect(complete('bpfc check --cpu ')).toEqual(['v1', 'v2', 'v3', 'v4']);
    expect(complete('bpfc hello.go --em')).toEqual(['--embed', '--emit']);
  });

  it.skipIf(findProgram(['zsh']) === null)('completes in zsh', () => {
    write('completion.zsh', bpfc(['completion', 'zsh']).stdout);
    const said = spawnSync('zsh', ['-f', '-c', completeInZsh], { encoding: 'utf8', cwd: folder }).stdout;
    expect(said).toContain('bpfc disasm');
    expect(said).toContain('--embed');
    expect(said).toContain('--emit');
  });
});

/** Types into a zsh of its own and presses the tabulator. */
const completeInZsh = `
zmodload zsh/zpty
zpty z 'TERM=dumb PS1="> " zsh -f -i'
zpty -w z 'autoload -Uz compinit; compinit -u -D; bpfc() { : }; source ./completion.zsh; print rea""dy'
zpty -r z out '*ready*'
for text in 'bpfc disas' 'bpfc hello.go --em'; do
  zpty -n -w z "$text"$'\t\t'
  sleep 2
  while zpty -rt z out; do print -r -- "$out"; done
  zpty -w z $'\\C-u'
done
zpty -d z
`;

it('nothing but stdout is written', () => {
  expect(existsSync(join(folder, 'main.go'))).toBe(false);
});
