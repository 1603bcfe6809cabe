/**
 * The typed program of a checked package: functions that programs reach, variables, maps, entries.
 *
 *     //bpf:attach xdp
 *     //bpf:attach xdp.frags
 *     func F(…)                 →   entries F (xdp) and F_2 (xdp.frags)
 */

import type { Span } from '../base/source.ts';
import type { TEntry, TFunc, TGlobal, TMap, TProgram } from '../ast/typed.ts';
import { initialisationOrder } from './cycles.ts';
import { type Directive, directivesNamed } from './directives.ts';
import { directiveNumber } from './globals.ts';
import { isGenericFunc } from './instances.ts';
import { type Checker, type FuncEntity, type FuncInstance, member, type Package } from './scope.ts';

/** What `func main` without a directive is attached to. */
export const impliedAttach = 'tracepoint/syscalls/sys_enter_openat';

export function makeProgram(checker: Checker, root: Package): TProgram {
  const entries = makeEntries(checker, root);
  const variables = initialisationOrder(checker).flatMap((g) => (g.target === null ? [] : [g.target]));
  const own = variables.filter((v) => v.kind === 'map' || !checker.stateless.has(v));
  const license = only(checker, 'license');
  return {
    path: checker.rootPath,
    name: root.name,
    funcs: reachable(checker, root),
    globals: own.filter((v): v is TGlobal => v.kind === 'global' && v.name !== '_'),
    maps: own.filter((v): v is TMap => v.kind === 'map' && v.name !== '_'),
    entries,
    license: license?.text ?? 'GPL',
    targetKernel: only(checker, 'targetKernel')?.text ?? null,
  };
}

/** The one file-level directive of a kind over all files; two that differ are an error. */
function only(checker: Checker, name: 'license' | 'targetKernel'): Directive | null {
  const given = checker.fileDirectives.flatMap((file) => (file[name] === null ? [] : [file[name]]));
  const [first, ...rest] = given;
  if (first === undefined) return null;
  for (const other of rest)
    if (other.text !== first.text)
      checker.diagnostics.report('directives-differ', other.span, { name: other.name }, [
        { span: first.span, message: 'the first one is here' },
      ]);
  return first;
}

/** Functions of the root package and what they call, in the order of their declaration and first use. */
function reachable(checker: Checker, root: Package): readonly TFunc[] {
  const out = new Map<FuncInstance, FuncInstance[]>();
  for (const edge of checker.edges) {
    const list = out.get(edge.from) ?? [];
    list.push(edge.to);
    out.set(edge.from, list);
  }
  const roots = checker.funcs.flatMap((entity) =>
    entity.pkg === root && !isGenericFunc(entity) && entity.opaque !== null && entity.name !== '_'
      ? [entity.opaque]
      : [],
  );
  const found = new Set<FuncInstance>(roots);
  for (const global of checker.globals) for (const func of global.funcs) found.add(func);
  for (const instance of found) for (const next of out.get(instance) ?? []) found.add(next);
  return [...found].map((instance) => instance.func);
}

function isEmptyMain(entity: FuncEntity): boolean {
  return entity.decl.body?.stmts.length === 0;
}

function makeEntries(checker: Checker, root: Package): readonly TEntry[] {
  const entries: TEntry[] = [];
  const taken = new Set<string>();
  for (const entity of checker.funcs) {
    if (entity.pkg !== root || entity.receiver !== null || entity.opaque === null) continue;
    const attaches = directivesNamed(entity.directives, 'attach');
    const isMain = entity.name === 'main' && root.name === 'main';
    if (attaches.length === 0) requireAttach(checker, entity, isMain);
    else if (isGenericFunc(entity))
      checker.diagnostics.report('generic-program', entity.span, { name: entity.name });
    for (const attach of attaches) entries.push(entry(checker, entity, attach.text, attach.span, taken));
  }
  const main = checker.funcs.find(
    (f) => f.name === 'main' && f.pkg === root && f.receiver === null && root.name === 'main',
  );
  if (
    main?.opaque &&
    directivesNamed(main.directives, 'attach').length === 0 &&
    (entries.length === 0 || !isEmptyMain(main))
  )
    entries.push(entry(checker, main, impliedAttach, null, taken));
  return entries;
}

/** Directives that only a program has. */
function requireAttach(checker: Checker, entity: FuncEntity, isMain: boolean): void {
  if (isMain) return;
  for (const name of ['slot', 'panic'] as const)
    for (const directive of directivesNamed(entity.directives, name))
      checker.diagnostics.report('directive-needs-attach', directive.span, { name });
}

function entry(
  checker: Checker,
  entity: FuncEntity,
  attach: string,
  /** null: attached by default. */
  directive: Span | null,
  taken: Set<string>,
): TEntry {
  let name = entity.name;
  for (let n = 2; taken.has(name); n++) name = `${entity.name}_${n}`;
  taken.add(name);
  const panic = directivesNamed(entity.directives, 'panic')[0];
  const panicValue = panic === undefined ? null : number(checker, entity, panic, panic.text);
  const slots = directivesNamed(entity.directives, 'slot').flatMap((d) => slot(checker, entity, d));
  const func = entity.opaque?.func;
  if (func === undefined) throw new Error('a program has been checked');
  return {
    name,
    func,
    attach,
    implied: directive === null,
    panicValue,
    slots,
    span: entity.span,
    attachSpan: directive ?? entity.span,
  };
}

function number(checker: Checker, entity: FuncEntity, directive: Directive, text: string): bigint | null {
  const value = directiveNumber(entity.env, text);
  if (value === null) checker.diagnostics.report('directive-number', directive.span, { text });
  return value;
}

function slot(checker: Checker, entity: FuncEntity, directive: Directive): TEntry['slots'] {
  const [tableName = '', text = ''] = directive.words;
  const table = member(entity.pkg.scope, tableName);
  if (table?.kind !== 'global' || table.target?.kind !== 'map' || table.target.mapType !== 'ProgArray') {
    checker.diagnostics.report('slot-table', directive.span, { name: tableName });
    return [];
  }
  const index = number(checker, entity, directive, text);
  return index === null ? [] : [{ table: table.target, index, span: directive.span }];
}
