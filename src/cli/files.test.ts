import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
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
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileError, fillFolder, readText, writeOutput } from './files.ts';

let dir = '';
const at = (name: string): string => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfc-files-'));
});

afterAll(() => rmSync(dir, { recursive: true }));

test('a pipe, a folder, a link to a device and a link to nothing are left as they are', () => {
  execFileSync('mkfifo', [at('pipe')]);
  mkdirSync(at('folder'));
  symlinkSync('/dev/null', at('device'));
  symlinkSync(at('nowhere'), at('dangling'));
  for (const name of ['pipe', 'folder', 'device', 'dangling']) {
    const before = lstatSync(at(name));
    expect(() => writeOutput(at(name), 'x')).toThrow(FileError);
    expect([name, lstatSync(at(name)).ino]).toEqual([name, before.ino]);
  }
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('through a link to a file, the file is written and the link stays', () => {
  mkdirSync(at('elsewhere'));
  writeFileSync(at('elsewhere/real'), 'old');
  symlinkSync(at('elsewhere/real'), at('link'));
  writeOutput(at('link'), 'new');
  expect(readFileSync(at('elsewhere/real'), 'utf8')).toBe('new');
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  expect(readdirSync(at('elsewhere'))).toEqual(['real']);
});

test('a path through a file is an error of the output', () => {
  writeFileSync(at('file'), '');
  expect(() => writeOutput(at('file/x'), 'x')).toThrow(FileError);
});

test('an output keeps the permissions that it has; folders that a failure made go again', () => {
  writeFileSync(at('private'), 'old', { mode: 0o600 });
  writeOutput(at('private'), 'new');
  expect(lstatSync(at('private')).mode & 0o777).toBe(0o600);
  writeOutput(at('new/deep/file'), 'x');
  expect(readFileSync(at('new/deep/file'), 'utf8')).toBe('x');
  expect(() => writeOutput(at(`other/deep/${'n'.repeat(300)}`), 'x')).toThrow('the name is too long');
  expect(existsSync(at('other'))).toBe(false);
});

test('a folder is filled as a whole or not at all', () => {
  fillFolder(at('filled/in'), (folder) => writeFileSync(join(folder, 'a'), '1'));
  expect(readdirSync(at('filled/in'))).toEqual(['a']);
  const failing = (folder: string): void => {
    writeFileSync(join(folder, 'b'), '2');
    writeFileSync(join(folder, 'no/such/folder'), '3');
  };
  expect(() => fillFolder(at('filled/in'), failing)).toThrow(FileError);
  expect(readdirSync(at('filled/in'))).toEqual(['a']);
  expect(() => fillFolder(at('unfilled'), failing)).toThrow(FileError);
  expect(existsSync(at('unfilled'))).toBe(false);
});

test('a name that is nearly there is suggested', () => {
  writeFileSync(at('counter.go'), '');
  expect(() => readText(at('conter.go'))).toThrow(`no such file; did you mean ${at('counter.go')}?`);
  expect(() => readText(at('zzz/qqq'))).toThrow(/no such file$/);
});
