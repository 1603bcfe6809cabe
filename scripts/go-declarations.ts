/**
 * The exported declarations of gofmt-ed Go source, bodies stripped: enough of a reader for the SDK's own files.
 *
 *     const (
 *         XDPAborted XDPAction = iota     →   const XDPAborted XDPAction = 0
 *         XDPDrop                         →   const XDPDrop XDPAction = 1
 *     )
 *
 * It relies on gofmt: top-level declarations start in column 0 and end with a brace or parenthesis in column 0.
 * Invariant: every text stands alone; unexported fields are gone, except those tagged `bpf:"layout"`, which become blank.
 */

export interface GoDeclaration {
  /** `HashMap`, or `HashMap.Lookup` for a method. */
  readonly name: string;
  readonly kind: 'const' | 'type' | 'func';
  readonly text: string;
  /** Marked //bpf:native: for tests only. */
  readonly native: boolean;
  readonly typeParams: readonly { readonly name: string; readonly constraint: string }[];
  /** Of functions without receiver. */
  readonly params: readonly { readonly name: string; readonly type: string }[];
  readonly result: string;
}

const exported = (name: string): boolean => /^[A-Z]/.test(name);

export function goDeclarations(sources: readonly string[]): readonly GoDeclaration[] {
  return sources.flatMap((source) => [...fileDeclarations(source)]);
}

function* fileDeclarations(source: string): Generator<GoDeclaration> {
  const lines = source.split('\n');
  let native = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.startsWith('//')) {
      native ||= line === '//bpf:native';
      continue;
    }
    const end = declarationEnd(lines, i);
    const body = lines.slice(i, end + 1);
    if (line.startsWith('func ')) yield* functionDeclaration(line, native);
    else if (line.startsWith('const ')) yield* constDeclarations(body, native);
    else if (line.startsWith('type ')) yield* typeDeclaration(body, native);
    i = end;
    native = false;
  }
}

/** Last line of the declaration that starts at a line. */
function declarationEnd(lines: readonly string[], start: number): number {
  const first = lines[start] ?? '';
  if (!/[({]$/.test(first)) return start;
  const end = lines.findIndex((line, i) => i > start && /^[)}]/.test(line));
  return end < 0 ? start : end;
}

/** Position behind the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if ('([{'.includes(text[i] ?? '')) depth++;
    if (')]}'.includes(text[i] ?? '') && --depth === 0) return i + 1;
  }
  throw new Error(`unclosed: ${text}`);
}

/** Splits at commas outside brackets. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if ('([{'.includes(text[i] ?? '')) depth++;
    if (')]}'.includes(text[i] ?? '')) depth--;
    if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === '' ? parts : [...parts, last];
}

/** `a, b T, c U` as pairs; a name without type takes the next one's. */
function nameTypes(list: string): { name: string; type: string }[] {
  const pairs: { name: string; type: string }[] = [];
  let type = '';
  for (const part of splitList(list).reverse()) {
    const match = /^(\w+) (.+)$/.exec(part);
    if (match !== null) type = match[2] ?? '';
    pairs.unshift({ name: match?.[1] ?? part, type });
  }
  return pairs;
}

function* functionDeclaration(line: string, native: boolean): Generator<GoDeclaration> {
  let position = 'func '.length;
  let receiver: string | null = null;
  if (line[position] === '(') {
    const end = closing(line, position);
    receiver = /\*?(\w+)(?:\[.*\])?\)$/.exec(line.slice(position, end))?.[1] ?? '';
    position = end + 1;
  }
  const name = /^\w+/.exec(line.slice(position))?.[0] ?? '';
  if (!exported(name) || (receiver !== null && !exported(receiver))) return;
  position += name.length;
  let typeParams: GoDeclaration['typeParams'] = [];
  if (line[position] === '[') {
    const end = closing(line, position);
    typeParams = nameTypes(line.slice(position + 1, end - 1)).map((p) => ({
      name: p.name,
      constraint: p.type,
    }));
    position = end;
  }
  const afterParams = closing(line, position);
  const params = nameTypes(line.slice(position + 1, afterParams - 1));
  let end = line.length;
  for (let i = afterParams; i < line.length; i++) {
    if (line[i] === '(' || line[i] === '[') i = closing(line, i) - 1;
    else if (line[i] === '{') {
      end = i;
      break;
    }
  }
  yield {
    name: receiver === null ? name : `${receiver}.${name}`,
    kind: 'func',
    text: line.slice(0, end).trim(),
    native,
    typeParams,
    params,
    result: line.slice(afterParams, end).trim(),
  };
}

const plain = { typeParams: [], params: [], result: '' } as const;

function* constDeclarations(lines: readonly string[], native: boolean): Generator<GoDeclaration> {
  const single = /^const (\w+)(.*)$/.exec(lines[0] ?? '');
  const specs =
    single === null ? lines.slice(1, -1).map((line) => line.trim()) : [`${single[1]}${single[2]}`];
  let iota = 0;
  let repeated = '';
  for (const spec of specs) {
    const code = spec.replace(/\s*\/\/.*$/, '');
    if (code === '') continue;
    const match = /^(\w+)\s*(.*)$/.exec(code);
    const name = match?.[1] ?? '';
    const rest = match?.[2] ?? '';
    if (rest !== '') repeated = rest;
    const value = repeated.replace(/\s+/g, ' ').replace(/\biota\b/g, String(iota));
    if (exported(name)) yield { name, kind: 'const', text: `const ${name} ${value}`, native, ...plain };
    iota++;
  }
}

function* typeDeclaration(lines: readonly string[], native: boolean): Generator<GoDeclaration> {
  const head = lines[0] ?? '';
  const name = /^type (\w+)/.exec(head)?.[1] ?? '';
  if (!exported(name)) return;
  let typeParams: GoDeclaration['typeParams'] = [];
  const open = `type ${name}`.length;
  if (head[open] === '[' && /^\[[A-Z]\w*[ ,]/.test(head.slice(open))) {
    const list = head.slice(open + 1, closing(head, open) - 1);
    typeParams = nameTypes(list).map((p) => ({ name: p.name, constraint: p.type }));
  }
  const text = /\bstruct \{$/.test(head)
    ? `${head.slice(0, -1)}{ ${structFields(lines.slice(1, -1)).join('; ')} }`.replace('{  }', '{}')
    : lines
        .map((line) => line.trim())
        .filter((line) => !line.startsWith('//'))
        .join(' ');
  yield { name, kind: 'type', text: text.replace(/\s+\/\/.*$/, ''), native, ...plain, typeParams };
}

function structFields(lines: readonly string[]): string[] {
  const fields: string[] = [];
  for (const line of lines) {
    const code = line.trim().replace(/\s*\/\/.*$/, '');
    if (code === '' || code.includes('`bpf:"native"`')) continue;
    const match = /^((?:\w+, )*\w+)\s+(.*)$/.exec(code);
    const type = (match?.[2] ?? '').replace(/\s*`[^`]*`$/, '').trim();
    const name = match?.[1] ?? code;
    if (code.includes('`bpf:"layout"`')) fields.push(`_ ${type}`);
    else if (exported(name) || name === '_') fields.push(match === null ? code : `${name} ${type}`);
  }
  return fields;
}
