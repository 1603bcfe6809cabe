import { execFileSync } from 'node:child_process';
import {
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
import { FileError, writeOutput } from './files.ts';

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
