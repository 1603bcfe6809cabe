/**
 * `bpfc build`: the Go program compiled to a binary by the installed Go. The module is made in a folder of the user's
 * cache that is kept, so that a second build takes a second and not forty.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { compile } from '../compile.ts';
import { type Args, UsageError } from './args.ts';
import { compileOptions } from './compile.ts';
import { checkOutput, FileError, writeOutput, writeText } from './files.ts';
import { showDiagnostics } from './output.ts';
import { gather } from './sources.ts';
import { showStats } from './stats.ts';

/** The version of cilium/ebpf that generated programs are made for. */
export const ciliumVersion = 'v0.22.0';

function cacheFolder(name: string): string {
  const root = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(root, 'bpfc', 'build', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function go(folder: string, words: readonly string[]): void {
  const done = spawnSync('go', words, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GOWORK: 'off' },
  });
  if (done.error !== undefined)
    throw new FileError('cannot run go: install Go 1.25 or newer, see https://go.dev/dl');
  if (done.status !== 0)
    throw new FileError(`go ${words.join(' ')} failed:\n${`${done.stdout}${done.stderr}`.trim()}`);
}

/** A folder with `main.go`, `go.mod` and the dependency resolved. */
function prepare(source: string, name: string): string {
  const key = createHash('sha256').update(name).digest('hex').slice(0, 16);
  const folder = cacheFolder(key);
  writeFileSync(join(folder, 'main.go'), source);
  const wanted = `github.com/cilium/ebpf ${ciliumVersion}`;
  const modFile = join(folder, 'go.mod');
  if (!existsSync(modFile) || !readFileSync(modFile, 'utf8').includes(wanted)) {
    writeFileSync(modFile, 'module program\n\ngo 1.25\n');
    go(folder, ['get', `github.com/cilium/ebpf@${ciliumVersion}`]);
  }
  return folder;
}

export function buildCommand(args: Args): number {
  const first = args.files[0];
  if (first === undefined) throw new UsageError('no input files; see bpfc build --help');
  const output = resolve(args.values.get('output') ?? basename(first).replace(/\.go$/, ''));
  checkOutput(output, args.files);
  const result = compile({ ...gather(args.files), options: compileOptions(args, 'go') });
  if (showDiagnostics(result.diagnostics, result.files, args) || typeof result.artifact !== 'string')
    return 1;
  showStats(args, result);
  const folder = prepare(result.artifact, resolve(first));
  const binary = join(folder, 'program');
  go(folder, ['build', '-trimpath', '-o', binary, '.']);
  writeOutput(output, readFileSync(binary), 0o755);
  if (args.values.has('verbose')) writeText(2, `bpfc: built ${output} in ${folder}\n`);
  return 0;
}
