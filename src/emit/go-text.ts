/**
 * Go source text as gofmt leaves it: strings, comments, indentation, aligned keys.
 *
 *     goString('a"b')                          → "a\"b"
 *     keyed([['Name', ['"x"']], ['Type', …]])  → `Name: "x",` and `Type: …,`, values in one column
 */

/** A Go string literal. */
export function goString(text: string): string {
  let out = '';
  for (const unit of text) {
    const code = unit.codePointAt(0) ?? 0;
    if (unit === '"' || unit === '\\') out += `\\${unit}`;
    else if (unit === '\n') out += '\\n';
    else if (unit === '\t') out += '\\t';
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code === 0xfeff || (code >= 0xd800 && code < 0xe000)) out += '\\ufffd';
    else out += unit;
  }
  return `"${out}"`;
}

/** Text that can stand in a line comment: no line breaks or other controls, no space at the end. */
export function commentText(text: string): string {
  return text.replace(/(?!\t)[\p{Cc}\p{Zl}\p{Zp}\ufeff]/gu, ' ').trimEnd();
}

/** Lines one level deeper; empty lines stay empty. */
export const indent = (lines: readonly string[]): string[] =>
  lines.map((line) => (line === '' ? '' : `\t${line}`));

/** A key of a composite literal and the lines of its value. */
export type Field = readonly [key: string, value: readonly string[]];

/** `key: value,` lines; gofmt puts the values of adjacent one-line entries in one column. */
export function keyed(fields: readonly Field[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < fields.length; ) {
    const [key, value] = fields[i] as Field;
    if (value.length > 1) {
      lines.push(`${key}: ${value[0]}`, ...value.slice(1, -1), `${value.at(-1)},`);
      i++;
      continue;
    }
    const rest = fields.slice(i).findIndex(([, v]) => v.length > 1);
    const group = fields.slice(i, rest < 0 ? fields.length : i + rest);
    const width = Math.max(...group.map(([k]) => k.length)) + 2;
    for (const [k, v] of group) lines.push(`${`${k}:`.padEnd(width)}${v[0]},`);
    i += group.length;
  }
  return lines;
}

/** A composite literal over several lines: `head{`, its entries, `}`. */
export const literal = (head: string, entries: readonly string[]): string[] => [
  `${head}{`,
  ...indent(entries),
  '}',
];
