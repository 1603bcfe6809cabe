/** The Go file of a random program: package clause, the imports that it uses, its declarations. */

import { type Piece, render } from './piece.ts';

const imports = [
  { path: 'bpfc/sdk/bpf', use: /\bbpf\./ },
  { path: 'encoding/binary', use: /\bbinary\./ },
  { path: 'math/bits', use: /\bbits\./ },
  { path: 'sync/atomic', use: /\batomic\./ },
  { path: 'unsafe', use: /\bunsafe\./ },
] as const;

/** For bpfc the prefix is '', beside others in one package it is the program's own. */
export function goFile(tree: Piece, prefix: string): string {
  const text = render(tree, prefix);
  const used = imports.filter((row) => row.use.test(text)).map((row) => `import "${row.path}"\n`);
  return `package main\n\n${used.join('')}\n${text}`;
}
