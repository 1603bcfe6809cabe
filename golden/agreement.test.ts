/**
 * Agreement with Go's own judgement, in one batch: files that both accept, and files that both refuse with their
 * errors on the same lines.
 *
 *     func f() int { x := 1 //!        Go: declared and not used: x       bpfc: the same line
 *
 * Refused are the table of the checker (`rejects`, the part that Go judges too) and that of the parser
 * (grammar/testdata/errors.txt); accepted are golden programs, examples, the cases of lowering and Go's own tests.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { lineAt } from '../src/base/source.ts';
import { accepts } from '../src/check/accepts.ts';
import { rejects } from '../src/check/rejects.ts';
import { defaultOptions, frontEnd } from '../src/compile.ts';
import { groups } from '../src/lower/cases.ts';
import { goldenPrograms, languagePrograms } from './compiled.ts';
import { suitePrograms } from './gotest/programs.table.ts';
import { suiteFolder } from './gotest/programs.ts';
import { requires, tool } from './requires.ts';

interface Judged {
  readonly name: string;
  readonly text: string;
}

const hasGo = await requires('go');

/** Lines with errors, in order. */
function ourLines({ name, text }: Judged): readonly number[] {
  const diagnostics = new Diagnostics();
  const { sources } = frontEnd(
    { files: [{ name, text }] },
    { ...defaultOptions, emit: 'object' },
    diagnostics,
  );
  const lines = diagnostics.list
    .filter((d) => d.severity === 'error')
    .flatMap((d) =>
      d.span === null || sources[d.span.file] === undefined
        ? []
        : [lineAt(sources[d.span.file]!, d.span.start)],
    );
  return [...new Set(lines)].sort((a, b) => a - b);
}

/** Wrong for the checker. Lines marked `//?` are left to Go alone, so files with one are not compared here. */
const refused: readonly Judged[] = rejects
  .filter((r) => r.judge === 'go' && !r.source.includes('//?'))
  .map((r, i) => ({ name: `r${i}`, text: `package p\n${r.source.replaceAll(/\s*\/\/!.*/g, '')}\n` }));

/** Wrong for the parser: the first error counts. */
const unparsed: readonly Judged[] = readFileSync('grammar/testdata/errors.txt', 'utf8')
  .split(/^=== /m)
  .slice(1)
  .flatMap((section) => {
    const [, name = '', text = '', errors = ''] = /^(.*)\n([\s\S]*?)^---\n([\s\S]*)$/m.exec(section) ?? [];
    return errors.trim() === '' ? [] : [{ name, text }];
  });

function accepted(): readonly Judged[] {
  const suite = suiteFolder();
  const programs = [...goldenPrograms(), ...languagePrograms().filter(({ path }) => path.endsWith('.go'))];
  const own = programs.map(({ path }, i) => ({
    name: `g${i}${basename(path, '.go')}`,
    text: readFileSync(path, 'utf8'),
  }));
  const checked = Object.values(accepts).map((source, i) => ({
    name: `a${i}`,
    text: `package p\n${source}\n`,
  }));
  const cases = Object.entries(groups).map(([name, text]) => ({
    name: `l${name}`,
    text: `${text}\nfunc main() {}\n`,
  }));
  const theirs =
    suite === null
      ? []
      : suitePrograms.map((name, i) => ({ name: `s${i}`, text: readFileSync(join(suite, name), 'utf8') }));
  return [...own, ...checked, ...cases, ...theirs];
}

describe.skipIf(!hasGo)("Go's judgement", () => {
  let folder = '';
  const good = hasGo ? accepted() : [];
  /** By file, the lines with errors of one `go build`. */
  const theirs = new Map<string, Set<number>>();

  function note(output: string): void {
    for (const [, name = '', line = ''] of output.matchAll(/^(?:\.\/)?(\w[\w-]*)(?:\/a)?\.go:(\d+)/gm))
      theirs.set(name, (theirs.get(name) ?? new Set()).add(Number(line)));
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bpfc-agree-'));
    const sdk = resolve('sdk/bpf');
    writeFileSync(
      join(folder, 'go.mod'),
      `module agree\n\ngo 1.25\n\nrequire bpfc/sdk/bpf v0.0.0\nrequire github.com/miekg/bpf v0.0.0\n\nreplace bpfc/sdk/bpf => ${sdk}\nreplace github.com/miekg/bpf => ${resolve('sdk/miekg')}\n`,
    );
    for (const { name, text } of [...refused, ...good]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'a.go'), text.replace(/^package main\b/m, 'package p'));
    }
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
    const options = { cwd: folder, env, encoding: 'utf8', maxBuffer: 1 << 27 } as const;
    const built = spawnSync(tool('go'), ['build', '-gcflags=-e', './...'], options);
    note(built.stdout + built.stderr);
    if (theirs.size === 0) throw new Error(built.stderr.slice(0, 2000));
    const raw = join(folder, 'raw');
    mkdirSync(raw);
    for (const { name, text } of unparsed) writeFileSync(join(raw, `${name}.go`), text);
    const formatted = spawnSync(tool('gofmt'), ['-e', '-l', '.'], { ...options, cwd: raw });
    note(formatted.stderr);
    // Where gofmt sees nothing, or another line, the compiler's own parser decides.
    for (const { name, text } of unparsed) {
      const [first] = theirs.get(name) ?? [];
      if (first !== undefined && first === ourLines({ name, text })[0]) continue;
      theirs.delete(name);
      const compiled = spawnSync(
        tool('go'),
        ['tool', 'compile', '-e', '-o', '/dev/null', '-p', 'p', `${name}.go`],
        { ...options, cwd: raw },
      );
      note(compiled.stdout + compiled.stderr);
    }
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('both accept at least 200 files', () => {
    expect(good.flatMap((file) => ourLines(file).map((line) => `${file.name}:${line}`))).toEqual([]);
    expect(theirs.size, 'Go ran').toBeGreaterThan(refused.length / 2);
    expect(good.filter(({ name }) => theirs.has(name)).map(({ name }) => name)).toEqual([]);
    expect(good.length).toBeGreaterThanOrEqual(200);
  });

  test('both refuse at least 300 files, on the same lines', () => {
    const differing = refused.flatMap((file) => {
      const [ours, go] = [
        ourLines(file).join(),
        [...(theirs.get(file.name) ?? [])].sort((a, b) => a - b).join(),
      ];
      return ours === go && ours !== '' ? [] : [`${file.name}: bpfc ${ours}, Go ${go}\n${file.text}`];
    });
    const unlike = unparsed.flatMap((file) => {
      const [ours] = ourLines(file);
      const go = Math.min(...(theirs.get(file.name) ?? []));
      return ours === go ? [] : [`${file.name}: bpfc ${ours}, Go ${go}`];
    });
    expect([...differing, ...unlike]).toEqual([]);
    expect(refused.length + unparsed.length).toBeGreaterThanOrEqual(300);
  });

  test("of Go's own errorcheck files, 280 have all their errors here too, and no others", () => {
    const suite = suiteFolder() ?? '';
    const found = spawnSync('grep', ['-rlE', '^// errorcheck$', '--include=*.go', suite], {
      encoding: 'utf8',
    });
    const same = found.stdout
      .trim()
      .split('\n')
      .filter((path) => {
        const text = readFileSync(path, 'utf8');
        const wanted = text.split('\n').flatMap((line, i) => (/\/\/.*\bERROR\b/.test(line) ? [i + 1] : []));
        return wanted.length > 0 && ourLines({ name: 'a.go', text }).join() === wanted.join();
      });
    expect(same.length).toBeGreaterThanOrEqual(280);
  }, 120_000);
});
