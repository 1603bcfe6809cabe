import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  if (!hasGo) process.stderr.write('Go is not installed: the checker is not compared with it\n');
});
