/** One row of the diagnostic table: a stable code, its severity and its texts. */
export interface CodeRow {
  readonly severity: 'error' | 'warning' | 'note';
  /** `{name}` is filled from the arguments of `report`. */
  readonly message: string;
  /** What to write instead, and the eBPF reason; `{name}` as in `message`. */
  readonly help?: string;
}

/** Names between braces in a text. */
type Holes<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;

/** The arguments that a row's texts need. */
export type CodeArgs<R extends CodeRow> =
  | Holes<R['message']>
  | (R extends { readonly help: infer H extends string } ? Holes<H> : never);
