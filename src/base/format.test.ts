import { expect, it } from 'vitest';
import { diagnostic } from './diagnostic.ts';
import { diagnosticJson, formatDiagnostic } from './format.ts';
import { lineText, positionAt, sourceFile } from './source.ts';
import { suggest } from './suggest.ts';

const file = sourceFile(0, 'a.go', 'package main\n\n\tvär := größe(\n');

it('positions count UTF-8 bytes, as Go does', () => {
  const at = (text: string) => positionAt(file, file.text.indexOf(text));
  expect(at('vär')).toEqual({ file: 0, line: 3, col: 2 });
  expect(at(':=')).toEqual({ file: 0, line: 3, col: 7 });
  expect(positionAt(sourceFile(0, 'b.go', '"😀" x'), 5)).toEqual({ file: 0, line: 1, col: 8 });
  expect(lineText(file, 3)).toBe('\tvär := größe(');
});

it('shows the line under a gutter, tabs kept', () => {
  const start = file.text.indexOf('größe');
  const d = diagnostic('undefined-name', { file: 0, start, end: start + 5 }, { name: 'größe', advice: '' });
  expect(formatDiagnostic(d, [file]).split('\n').slice(0, 3)).toEqual([
    'a.go:3:10: error: undefined: größe [undefined-name]',
    '  3 | \tvär := größe(',
    '    | \t       ^^^^^',
  ]);
  expect(diagnosticJson(d, [file])).toMatchObject({
    code: 'undefined-name',
    line: 3,
    col: 10,
    endLine: 3,
    endCol: 17,
  });
});

it('suggests near names only', () => {
  expect(suggest('ktimeGetNS', ['KtimeGetNs', 'Printk'])).toBe('KtimeGetNs');
  expect(suggest('attahc', ['attach', 'license'])).toBe('attach');
  expect(suggest('zebra', ['attach', 'license'])).toBeNull();
});
