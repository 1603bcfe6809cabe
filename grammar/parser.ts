/** The parser: every rule of the grammar, and the comments that declarations find above them. */

import type { Comment } from '../src/ast/ast.ts';
import type { Diagnostics } from '../src/base/diagnostic.ts';
import type { SourceFile } from '../src/base/source.ts';
import { DeclarationRules, type FileParts } from './declarations.ts';
import { type Docs, docsOf } from './docs.ts';
import type { Recording } from './engine.ts';
import { scan } from './scan.ts';
import { insertSemicolons } from './semicolons.ts';

export interface Parsed {
  /** null: not even a package clause. */
  readonly parts: FileParts | null;
  readonly comments: readonly Comment[];
}

export class GoParser extends DeclarationRules {
  private docs: Docs = () => [];

  constructor(recording: Recording = 'none') {
    super(recording);
    this.analyse();
  }

  parse(file: SourceFile, diagnostics: Diagnostics): Parsed {
    const { tokens, comments } = scan(file, diagnostics);
    this.load(file, insertSemicolons(tokens), diagnostics);
    this.docs = docsOf(file, comments);
    const state = this.state();
    let parts: FileParts | null = null;
    try {
      if (!this.exhausted) parts = this.subrule(1, this.sourceFile);
    } catch (error) {
      this.rescue(error, state);
    }
    return { parts, comments };
  }

  protected docAt(offset: number): readonly Comment[] {
    return this.docs(offset);
  }
}
