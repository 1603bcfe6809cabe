/**
 * Diagnostics as text, for people and editors:
 *
 *     filter.go:31:9: error: ip points into the packet … [stale-packet-pointer]
 *      31 |     if ip.Proto == protoUDP {
 *         |        ^^
 *       help: take it again after the call: …
 */

import type { Diagnostic } from './diagnostic.ts';
import { lineText, positionAt, type SourceFile, type Span } from './source.ts';

/** Wraps parts of the text in colours; the identity where there are none. */
export type Paint = (style: 'error' | 'warning' | 'note' | 'help' | 'strong' | 'dim', text: string) => string;

export const plain: Paint = (_style, text) => text;

/** `file:line:col` of a span's start. */
export function place(span: Span | null, files: readonly SourceFile[]): string | null {
  const file = span === null ? undefined : files[span.file];
  if (span === null || file === undefined) return null;
  const pos = positionAt(file, span.start);
  return `${file.name}:${pos.line}:${pos.col}`;
}

/** The source line under a gutter, the span underlined with tabs kept so that columns line up. */
function excerpt(span: Span, file: SourceFile, paint: Paint): string[] {
  const pos = positionAt(file, span.start);
  const text = lineText(file, pos.line);
  if (text.length > 400) return [];
  const from = span.start - (file.lineStarts[pos.line - 1] ?? 0);
  const width = Math.max(1, Math.min(span.end, span.start + text.length - from) - span.start);
  const number = String(pos.line).padStart(3);
  const indent = text.slice(0, from).replace(/[^\t]/g, ' ');
  return [
    `${paint('dim', `${number} |`)} ${text}`,
    `${paint('dim', `${' '.repeat(number.length)} |`)} ${indent}${paint('error', '^'.repeat(width))}`,
  ];
}

export function formatDiagnostic(d: Diagnostic, files: readonly SourceFile[], paint: Paint = plain): string {
  const where = place(d.span, files);
  const head = `${where === null ? 'bpfc' : paint('strong', where)}: ${paint(d.severity, `${d.severity}:`)} ${d.message} ${paint('dim', `[${d.code}]`)}`;
  const lines = [head];
  const file = d.span === null ? undefined : files[d.span.file];
  if (d.span !== null && file !== undefined) lines.push(...excerpt(d.span, file, paint));
  for (const r of d.related) lines.push(`  ${place(r.span, files) ?? ''}: ${r.message}`);
  if (d.help !== null) lines.push(`  ${paint('help', 'help:')} ${d.help}`);
  return lines.join('\n');
}

/** The form of `--json`: one object per diagnostic, positions resolved. */
export function diagnosticJson(
  d: Diagnostic,
  files: readonly SourceFile[],
): Readonly<Record<string, unknown>> {
  const at = (span: Span | null) => {
    const file = span === null ? undefined : files[span.file];
    if (span === null || file === undefined) return {};
    const from = positionAt(file, span.start);
    const to = positionAt(file, span.end);
    return { file: file.name, line: from.line, col: from.col, endLine: to.line, endCol: to.col };
  };
  return {
    code: d.code,
    severity: d.severity,
    ...at(d.span),
    message: d.message,
    ...(d.help === null ? {} : { help: d.help }),
    ...(d.related.length === 0
      ? {}
      : { related: d.related.map((r) => ({ ...at(r.span), message: r.message })) }),
  };
}
