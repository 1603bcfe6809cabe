/**
 * Source files, spans and positions.
 *
 * A `Span` is a half-open range of UTF-16 offsets in one file of the compilation; it is what the
 * parser and the checker carry. A `Pos` is what machine-level code carries: file index, 1-based line
 * and 1-based column **in UTF-8 bytes**, as Go's own tools and BTF line info count them.
 */

/** Index of a file in the compilation's file list. */
export type FileId = number & { readonly __brand?: 'FileId' };

export interface Span {
  readonly file: FileId;
  /** UTF-16 offset of the first character. */
  readonly start: number;
  /** UTF-16 offset after the last character. */
  readonly end: number;
}

export interface Pos {
  readonly file: FileId;
  /** 1-based; 0 means "no position" (compiler-made code). */
  readonly line: number;
  /** 1-based, in UTF-8 bytes; 0 with line 0. */
  readonly col: number;
}

export const noPos: Pos = { file: 0, line: 0, col: 0 };

export interface SourceFile {
  readonly id: FileId;
  /** Name as the user gave it; used in diagnostics and line info. */
  readonly name: string;
  readonly text: string;
  /** UTF-16 offset at which each line starts; entry 0 is 0. */
  readonly lineStarts: readonly number[];
  /** UTF-8 bytes before every 256th UTF-16 unit; null where every character is one byte. */
  readonly byteMarks: Uint32Array | null;
}

const markEvery = 256;

/** Bytes of a UTF-16 unit in UTF-8; a surrogate pair is four: two for each half. */
function bytesOf(unit: number): number {
  return unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
}

function byteMarks(text: string): Uint32Array | null {
  let bytes = 0;
  const marks = new Uint32Array(Math.floor(text.length / markEvery) + 1);
  for (let i = 0; i < text.length; i++) {
    if (i % markEvery === 0) marks[i / markEvery] = bytes;
    bytes += bytesOf(text.charCodeAt(i));
  }
  if (text.length % markEvery === 0) marks[text.length / markEvery] = bytes;
  return bytes === text.length ? null : marks;
}

/** UTF-8 bytes before a UTF-16 offset. */
function bytesBefore(file: SourceFile, offset: number): number {
  if (file.byteMarks === null) return offset;
  const mark = Math.floor(offset / markEvery);
  let bytes = file.byteMarks[mark] ?? 0;
  for (let i = mark * markEvery; i < offset; i++) bytes += bytesOf(file.text.charCodeAt(i));
  return bytes;
}

export function sourceFile(id: number, name: string, text: string): SourceFile {
  const lineStarts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lineStarts.push(i + 1);
  return { id, name, text, lineStarts, byteMarks: byteMarks(text) };
}

/** 0-based index of the line that contains `offset`. */
function lineIndex(file: SourceFile, offset: number): number {
  let low = 0;
  let high = file.lineStarts.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if ((file.lineStarts[mid] ?? 0) <= offset) low = mid;
    else high = mid - 1;
  }
  return low;
}

/** 1-based line that contains `offset`. */
export function lineAt(file: SourceFile, offset: number): number {
  return lineIndex(file, offset) + 1;
}

/** Line and byte column of a UTF-16 offset. */
export function positionAt(file: SourceFile, offset: number): Pos {
  const line = lineIndex(file, offset);
  const start = file.lineStarts[line] ?? 0;
  const end = Math.max(start, Math.min(offset, file.text.length));
  return { file: file.id, line: line + 1, col: bytesBefore(file, end) - bytesBefore(file, start) + 1 };
}

/** The text of a 1-based line, without its line break. */
export function lineText(file: SourceFile, line: number): string {
  const start = file.lineStarts[line - 1];
  if (start === undefined) return '';
  const next = file.lineStarts[line];
  return file.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '');
}

/** The smallest span that covers both; they must lie in the same file. */
export function join(a: Span, b: Span): Span {
  return { file: a.file, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** The UTF-16 offset of a position: the inverse of positionAt. */
export function offsetAt(file: SourceFile, pos: Pos): number {
  const start = file.lineStarts[Math.max(0, pos.line - 1)] ?? 0;
  if (file.byteMarks === null) return Math.min(start + Math.max(0, pos.col - 1), file.text.length);
  const wanted = bytesBefore(file, start) + pos.col - 1;
  // The last mark that is not beyond, then unit by unit.
  let low = Math.floor(start / markEvery);
  let high = file.byteMarks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((file.byteMarks[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  let offset = Math.max(start, low * markEvery);
  let bytes = bytesBefore(file, offset);
  for (; bytes < wanted && offset < file.text.length; offset++)
    bytes += bytesOf(file.text.charCodeAt(offset));
  return offset;
}

/** The span of one character at a position; null for compiler-made code and files that are not there. */
export function spanAt(files: readonly SourceFile[], pos: Pos): Span | null {
  const file = files[pos.file];
  if (file === undefined || pos.line === 0) return null;
  const start = offsetAt(file, pos);
  return { file: file.id, start, end: start + 1 };
}
