import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFile } from '../../grammar/parse.ts';
import { printTyped } from '../ast/print-typed.ts';
import type { TProgram } from '../ast/typed.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import { positionAt, sourceFile } from '../base/source.ts';
import { accepts } from './accepts.ts';
import { check } from './check.ts';
import { declarationPackages } from './declarations.ts';
import { rejects } from './rejects.ts';

function run(
  text: string,
  packages: Readonly<Record<string, string>> = {},
): { program: TProgram | null; errors: string[]; all: string[] } {
  const diagnostics = new Diagnostics();
  const main = sourceFile(0, 'a.go', text);
  const others = Object.entries(packages).map(([path, source], i) => ({
    path,
    source: sourceFile(i + 1, path, source),
  }));
  const program = check(
    {
      files: [parseFile(main, diagnostics)],
      sources: [main, ...others.map((o) => o.source)],
      root: 'm/p',
      packages: (path) => {
        const found = others.find((o) => o.path === path);
        return found === undefined ? null : { files: [parseFile(found.source, diagnostics)] };
      },
    },
    diagnostics,
  );
  const all = diagnostics.list.map((d) => {
    const file = [main, ...others.map((o) => o.source)].find((s) => s.id === d.span?.file);
    const line = d.span === null || file === undefined ? 0 : positionAt(file, d.span.start).line;
    return `${line} ${d.code}`;
  });
  const errors = all.filter((_, i) => diagnostics.list[i]?.severity === 'error');
  return { program, errors, all };
}

/** Tabs, so that the marker of a directive is not part of it. */
function strip(source: string): string {
  return source.replaceAll(/\s*\/\/[!?][\w-]*/g, '');
}

/** Lines with `//!`; a code after it is meant instead of the program's. */
function linesMarked(source: string): { readonly line: number; readonly other: string | undefined }[] {
  return source.split('\n').flatMap((text, i) => {
    const mark = /\/\/!([\w-]+)?/.exec(text);
    return mark === null ? [] : [{ line: i + 1, other: mark[1] }];
  });
}

function program(source: string): string {
  return `package p\n${source}\n`;
}

describe('refused programs', () => {
  it.each(rejects.map((r, i) => ({ ...r, name: `${i} ${r.code}` })))('$name', ({ code, source }) => {
    const text = program(source);
    const { errors } = run(strip(text));
    expect(errors, text).toEqual(linesMarked(text).map(({ line, other }) => `${line} ${other ?? code}`));
  });
});

describe('accepted programs', () => {
  it.each(Object.entries(accepts))('%s', (_name, source) => {
    const { program: typed, errors } = run(program(source));
    expect(errors).toEqual([]);
    expect(typed).not.toBeNull();
    if (typed !== null) expect(printTyped(typed)).toBe(printTyped(typed));
  });
});

describe('packages', () => {
  const lib =
    'package lib\n\nimport "m/deep"\n\nvar Count uint64 = 2\n\nfunc Twice(x int) int { return x * deep.Two }\n';
  const deep = 'package deep\n\nconst Two = 2\n';

  it('of the same module are found, checked and named with their package', () => {
    const text = 'package p\n\nimport "m/lib"\n\nfunc F() int { lib.Count++; return lib.Twice(4) }\n';
    const { program: typed, errors } = run(text, { 'm/lib': lib, 'm/deep': deep });
    expect(errors).toEqual([]);
    expect(typed === null ? '' : printTyped(typed)).toBe(
      [
        'program p license GPL',
        'var lib.Count uint64 = 2:uint64',
        '',
        'func F() (r0 int) {',
        '  global lib.Count += 1:uint64',
        '  return lib.Twice(4:int)',
        '}',
        '',
        'func lib.Twice(x int) (r0 int) {',
        '  return (x:int * 2:int):int',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('may not import each other in a circle', () => {
    const packages = {
      'm/a': 'package a\nimport "m/b"\nvar _ = b.X\n',
      'm/b': 'package b\nimport "m/a"\nvar X = a.Y\n',
    };
    expect(run('package p\nimport "m/a"\nvar _ = a.Y\n', packages).errors).toContain('2 import-cycle');
  });
});

describe('declaration texts', () => {
  it.each(Object.entries(declarationPackages))('of %s are well-formed', (path, texts) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const uses = Object.entries(texts()).flatMap(([key, text], i) => {
      const visible = /^[A-Z]/.test(key) && !key.includes('.');
      if (!visible) return [];
      if (text.startsWith('type '))
        return /^type \w+(\[| interface)/.test(text) ? [] : [`var v${i} *${name}.${key}`];
      return [
        text.startsWith('func ')
          ? `func f${i}() { ${name}.${key}(1, 2, 3, 4, 5, 6, 7, 8, 9) }`
          : `var v${i} = ${name}.${key}`,
      ];
    });
    const sdk = path === 'bpf' ? 'bpfc/sdk/bpf' : path;
    // Wrong calls are user errors; a wrong text would throw.
    const { all } = run(`package p\nimport "${sdk}"\n${uses.join('\n')}\n`);
    expect(all.filter((error) => error.includes('undefined'))).toEqual([]);
    for (const [key, text] of Object.entries(texts())) {
      const diagnostics = new Diagnostics();
      parseFile(sourceFile(0, key, `package p\n${text}\n`), diagnostics);
      expect(diagnostics.list, text).toEqual([]);
    }
  });
});

describe('entries and file directives', () => {
  it('func main without directive is attached by default; the SDK has two paths', () => {
    const text =
      'package main\nimport "github.com/miekg/bpf"\nfunc main() { bpf.TracePrintk("Hello world!\\n") }\n';
    const { program: typed } = run(text);
    expect(typed?.entries.map((e) => [e.name, e.attach, e.implied])).toEqual([
      ['main', 'tracepoint/syscalls/sys_enter_openat', true],
    ]);
    expect(typed === null ? '' : printTyped(typed)).toContain('bpf.TracePrintk("Hello world!\\x0a":string)');
  });

  it('a repeated attach makes one program each; panic, slot, license and target are read', () => {
    const text = `//bpf:license Dual MIT/GPL
//bpf:target-kernel 6.1
package p
import "bpfc/sdk/bpf"
const two = 2
var t = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 4}
//bpf:attach xdp
//bpf:section xdp.frags
//bpf:slot t two
//bpf:panic -1
func F(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`;
    const { program: typed, errors } = run(text);
    expect(errors).toEqual([]);
    expect(typed?.license).toBe('Dual MIT/GPL');
    expect(typed?.targetKernel).toBe('6.1');
    expect(typed?.entries.map((e) => [e.name, e.attach, e.panicValue, e.slots.map((s) => s.index)])).toEqual([
      ['F', 'xdp', -1n, [2n]],
      ['F_2', 'xdp.frags', -1n, [2n]],
    ]);
  });

  it('a comment that looks like a directive is a warning', () => {
    expect(run('package p\n// bpf:attach xdp\nfunc f() {}\n').all).toEqual(['2 directive-space']);
  });
});

describe('sizes', () => {
  const chain = (n: number, line: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => line(i)).join('\n');

  it('100,000 terms and 20,000 else-ifs need no deep stack', () => {
    expect(run(`package p\nfunc f(x int) int { return ${'x + '.repeat(100_000)}1 }\n`).errors).toEqual([]);
    const ifs = chain(20_000, (i) => `if x == ${i} { return ${i} } else`).replaceAll('\n', ' ');
    expect(run(`package p\nfunc f(x int) int { ${ifs} { return 2 } }\n`).errors).toEqual([]);
  });

  it('a chain of declarations that all come too late is a located error', () => {
    const late = `package p\n${chain(5_000, (i) => `const c${i} = c${i + 1} + 1`)}\nconst c5000 = 1\n`;
    expect(run(late).errors).toContain('102 declaration-too-deep');
    const early = `package p\nconst c0 = 1\n${chain(5_000, (i) => `const c${i + 1} = c${i} + 1`)}\n`;
    expect(run(early).errors).toEqual([]);
  });
});

const hasGo = spawnSync('go', ['version']).status === 0;

describe('Go agrees', () => {
  it.skipIf(!hasGo)('on the lines of the errors and on what is accepted', { timeout: 300_000 }, () => {
    const dir = mkdtempSync(join(tmpdir(), 'bpfc-check-'));
    try {
      const sdk = resolve('sdk/bpf');
      const require = 'require bpfc/sdk/bpf v0.0.0\n';
      writeFileSync(
        join(dir, 'go.mod'),
        `module m\n\ngo 1.25\n\n${require}\nreplace bpfc/sdk/bpf => ${sdk}\n`,
      );
      const write = (name: string, source: string): void => {
        mkdirSync(join(dir, name), { recursive: true });
        writeFileSync(join(dir, name, 'a.go'), program(strip(source)));
      };
      const judged = rejects.flatMap((r, i) => (r.judge === 'go' ? [{ ...r, dir: `r${i}` }] : []));
      for (const r of judged) write(r.dir, r.source);
      const good = Object.entries(accepts).map(([name, source], i) => ({ name, source, dir: `a${i}` }));
      for (const a of good) write(a.dir, a.source);
      const out = spawnSync('go', ['build', '-gcflags=-e', './...'], {
        cwd: dir,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      });
      const text = out.stdout + out.stderr;
      const lines = new Map<string, Set<number>>();
      for (const [, name = '', line = ''] of text.matchAll(/^(?:\.\/)?(\w+)\/a\.go:(\d+):/gm))
        lines.set(name, (lines.get(name) ?? new Set()).add(Number(line)));
      const wrong: string[] = [];
      for (const r of judged) {
        const only = program(r.source)
          .split('\n')
          .flatMap((text, i) => (text.includes('//?') ? [i + 1] : []));
        const found = [...(lines.get(r.dir) ?? [])].filter((line) => !only.includes(line));
        const want = linesMarked(program(r.source)).map(({ line }) => line);
        if (found.join() !== want.join())
          wrong.push(
            `${r.code}: Go says ${found.join() || 'nothing'}, we ${want.join()}\n${program(r.source)}`,
          );
      }
      for (const a of good)
        if (lines.has(a.dir))
          wrong.push(
            `${a.name}: Go refuses it\n${text
              .split('\n')
              .filter((l) => l.includes(`${a.dir}/`))
              .join('\n')}`,
          );
      expect(wrong.join('\n')).toBe('');
      expect(lines.size, text.slice(0, 2000)).toBe(judged.length);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
  it.skipIf(!hasGo)("and Go's own checker tests never stop this one", { timeout: 120_000 }, () => {
    const root = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).stdout.trim();
    let files = 0;
    for (const folder of ['check', 'spec', 'examples']) {
      const dir = join(root, 'src/internal/types/testdata', folder);
      for (const name of existsSync(dir) ? readdirSync(dir) : []) {
        if (!name.endsWith('.go')) continue;
        expect(() => run(readFileSync(join(dir, name), 'utf8')), name).not.toThrow();
        files++;
      }
    }
    expect(files, 'files found under GOROOT').toBeGreaterThan(50);
  });
  if (!hasGo) process.stderr.write('Go is not installed: the checker is not compared with it\n');
});
