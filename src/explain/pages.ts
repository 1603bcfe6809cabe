/**
 * Examples for diagnostic codes: a wrong program that gives the code, and a right one that compiles. The test compiles
 * both. Texts without a package clause stand in `package main` with the SDK imported where they use it.
 */

import type { Code } from '../base/diagnostic.ts';

export interface Page {
  /** Why it is so, where the message and its help do not say it. */
  readonly why?: string;
  readonly wrong: string;
  readonly right: string;
}

export const pages: Partial<Readonly<Record<Code, Page>>> = {};
