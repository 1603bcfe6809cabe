/**
 * Files of the command line. Output is written to a temporary name in the target's folder and renamed, so that a
 * reader never sees half a file and an error leaves nothing behind. `-` is stdin or stdout.
 */

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { suggest } from '../base/suggest.ts';

/** What the user asked of the file system and did not get. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Why a call of the file system failed. */
export function reason(error: unknown): string {
  const code = codeOf(error);
  const texts: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EISDIR: 'is a directory',
    EACCES: 'permission denied',
    ENOTDIR: 'a part of the path is not a directory',
    ENOSPC: 'no space left on the disk',
    EROFS: 'read-only file system',
    ENOTEMPTY: 'there is something of that name',
    EXDEV: 'it lies on another file system',
    EMFILE: 'too many open files',
    ENAMETOOLONG: 'the name is too long',
    ELOOP: 'its links go round',
  };
  return texts[code] ?? (error instanceof Error ? error.message : String(error));
}

/** `; did you mean hello.go?` for a name that is not in its folder. */
function similarFile(path: string): string {
  const folder = dirname(path);
  try {
    const near = suggest(basename(path), readdirSync(folder));
    return near === null ? '' : `; did you mean ${folder === '.' ? near : join(folder, near)}?`;
  } catch {
    // No such folder, or none that may be read.
    return '';
  }
}

export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    const hint = codeOf(error) === 'ENOENT' ? similarFile(path) : '';
    throw new FileError(`cannot read ${path}: ${reason(error)}${hint}`);
  }
}

/** Text of a UTF-8 file. A byte order mark is dropped; bytes that are not UTF-8 are refused. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`cannot read ${path}: it is not UTF-8 text`);
  }
}

function sameFile(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  if (!existsSync(a) || !existsSync(b)) return false;
  const x = statSync(a);
  const y = statSync(b);
  return x.dev === y.dev && x.ino === y.ino;
}

/**
 * The file that an output path names: through symbolic links, so that a link stays one. What exists there and is not a
 * regular file is refused, since renaming over it would replace it, be it a device.
 */
function outputFile(path: string): string {
  try {
    const real = realpathSync(path);
    if (lstatSync(real).isFile()) return real;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && !isLink(path)) return path;
    // A link to a pipe, as /dev/stdout is one: it leads to something, but not to a path.
    if (missing && existsSync(path))
      throw new FileError(`the output ${path} is not a regular file; write - for stdout`);
    throw new FileError(`cannot write ${path}: ${missing ? 'it links to nothing' : reason(error)}`);
  }
  throw new FileError(`the output ${path} is not a regular file; write - for stdout`);
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** Refuses an output that is an input, a directory or a device, before any work is done. */
export function checkOutput(path: string, inputs: readonly string[]): void {
  if (path === '-') return;
  const clash = inputs.find((input) => input !== '-' && sameFile(input, path));
  if (clash !== undefined) throw new FileError(`the output ${path} is the input ${clash}`);
  outputFile(path);
}

function writeAll(fd: number, data: Uint8Array): void {
  for (let done = 0; done < data.length; ) {
    try {
      done += writeSync(fd, data, done);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code === 'EAGAIN') continue;
      if (code === 'EPIPE') return;
      throw error;
    }
  }
}

/** Writes to a file descriptor, all of it; a reader that has gone away is no error. */
export function writeText(fd: 1 | 2, text: string): void {
  writeAll(fd, new TextEncoder().encode(text));
}

/** Makes a folder and those above it; the result takes the new ones away again where they are empty. */
function makeFolder(path: string): () => void {
  const made: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) made.push(at);
  mkdirSync(path, { recursive: true });
  return () => {
    for (const folder of made) if (existsSync(folder)) rmdirSync(folder);
  };
}

/** Writes the artifact to `path`, making missing folders. Binary data is not written to a terminal. `mode` is subject to the umask. */
export function writeOutput(path: string, data: string | Uint8Array, mode?: number): void {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  if (path === '-') {
    if (typeof data !== 'string' && process.stdout.isTTY) {
      throw new FileError('not writing binary data to a terminal; use -o FILE or a pipe');
    }
    writeAll(1, bytes);
    return;
  }
  const file = outputFile(path);
  const temporary = join(dirname(file), `.bpfc-${process.pid}.tmp`);
  let undo = (): void => undefined;
  try {
    undo = makeFolder(dirname(file));
    const kept = statSync(file, { throwIfNoEntry: false })?.mode;
    writeFileSync(temporary, bytes, { mode: mode ?? 0o644 });
    if (kept !== undefined && mode === undefined) chmodSync(temporary, kept & 0o777);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    undo();
    throw new FileError(`cannot write ${path}: ${reason(error)}`);
  }
}

/**
 * Fills a folder with what `fill` writes to another one beside it: all of it, or nothing. What is there of the same
 * name is replaced; other things stay.
 */
export function fillFolder(path: string, fill: (temporary: string) => void): void {
  const temporary = join(path, `.bpfc-${process.pid}.tmp`);
  let undo = (): void => undefined;
  try {
    undo = makeFolder(path);
    mkdirSync(temporary);
    fill(temporary);
    for (const name of readdirSync(temporary)) renameSync(join(temporary, name), join(path, name));
    rmdirSync(temporary);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    undo();
    throw new FileError(`cannot write to ${path}: ${reason(error)}`);
  }
}
