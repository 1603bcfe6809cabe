/**
 * The page of a diagnostic code or of a verifier message: what it says, what it means, a wrong and a right example.
 *
 *     stale-packet-pointer (error)
 *
 *       {name} points into the packet, which {call} on line {line} may have moved
 *       …
 */

import { type Code, codes } from '../base/diagnostic.ts';
import type { CodeRow } from '../base/codes/row.ts';
import { type MessageRow, messages } from './messages.ts';
import { type Page, pages } from './pages.ts';

/** Holes of a code's texts, as a reader sees them: `{name}` becomes `NAME`. */
const readable = (text: string): string =>
  text.replace(/\{(\w+)\}/g, (_, hole: string) => hole.toUpperCase());

const indented = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');

function codePage(code: Code): string {
  const row: CodeRow = codes[code];
  const page: Page | undefined = pages[code];
  const parts = [`${code} (${row.severity})`, `  ${readable(row.message)}`];
  if (page?.why !== undefined) parts.push(`  ${page.why}`);
  // Some help is written for the case at hand alone.
  if (row.help !== undefined && !/^\{\w+\}$/.test(row.help)) parts.push(`  help: ${readable(row.help)}`);
  if (page !== undefined) {
    parts.push(`  wrong:\n\n${indented(page.wrong)}`);
    parts.push(`  right:\n\n${indented(page.right)}`);
  }
  return `${parts.join('\n\n')}\n`;
}

function messagePage(name: string, row: MessageRow): string {
  const since = row.since === null ? '' : ` since Linux ${row.since}`;
  const until = row.until === null ? '' : ` up to Linux ${row.until}`;
  return [
    `${name} (what the kernel's verifier says${since}${until})`,
    `  ${readable(row.cause)}`,
    `  help: ${readable(row.remedy)}\n`,
  ].join('\n\n');
}

export function isCode(name: string): name is Code {
  return Object.hasOwn(codes, name);
}

/** Every name that has a page. */
export function pageNames(): readonly string[] {
  return [...Object.keys(codes), ...Object.keys(messages)];
}

/** The page as text; null if there is none. */
export function pageOf(name: string): string | null {
  if (isCode(name)) return codePage(name);
  const row = Object.entries<MessageRow>(messages).find(([key]) => key === name);
  return row === undefined ? null : messagePage(name, row[1]);
}
