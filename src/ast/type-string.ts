/**
 * Types in Go's spelling.
 *
 *     typeString(pointer to slice of uint8)   →   `*[]uint8`
 */

import type { FuncType, InterfaceType, NamedType, Type } from './types.ts';

function qualifiedName(type: NamedType, home: string): string {
  if (type.pkg === '' || type.pkg === home) return type.name;
  return `${type.pkg.slice(type.pkg.lastIndexOf('/') + 1)}.${type.name}`;
}

function signature(type: FuncType, home: string): string {
  const params = type.params.map((param, i) =>
    type.variadic && i === type.params.length - 1 && param.kind === 'slice'
      ? `...${typeString(param.elem, home)}`
      : typeString(param, home),
  );
  const results = type.results.map((result) => typeString(result, home));
  const tail =
    results.length === 0 ? '' : results.length === 1 ? ` ${results[0]}` : ` (${results.join(', ')})`;
  return `(${params.join(', ')})${tail}`;
}

function interfaceString(type: InterfaceType, home: string): string {
  if (type.terms === null && type.methods.length === 0) return type.comparable ? 'comparable' : 'any';
  const parts = type.methods.map((m) => m.name + signature(m.type, home));
  if (type.terms !== null)
    parts.push(type.terms.map((term) => (term.tilde ? '~' : '') + typeString(term.type, home)).join(' | '));
  return type.methods.length === 0 ? (parts[0] ?? 'any') : `interface{ ${parts.join('; ')} }`;
}

/** Go's spelling. Types of the package `home` are not qualified. */
export function typeString(type: Type, home = ''): string {
  switch (type.kind) {
    case 'basic':
      return type.name === 'invalid' ? 'invalid type' : type.name;
    case 'pointer':
      return `*${typeString(type.elem, home)}`;
    case 'slice':
      return `[]${typeString(type.elem, home)}`;
    case 'array':
      return `[${type.length}]${typeString(type.elem, home)}`;
    case 'map':
      return `map[${typeString(type.key, home)}]${typeString(type.value, home)}`;
    case 'func':
      return `func${signature(type, home)}`;
    case 'tuple':
      return `(${type.types.map((t) => typeString(t, home)).join(', ')})`;
    case 'struct': {
      const fields = type.fields.map((f) =>
        f.embedded ? typeString(f.type, home) : `${f.name} ${typeString(f.type, home)}`,
      );
      return `struct{${fields.join('; ')}}`;
    }
    case 'interface':
      return interfaceString(type, home);
    case 'named': {
      const args = type.typeArgs.map((arg) => typeString(arg, home));
      return qualifiedName(type, home) + (args.length === 0 ? '' : `[${args.join(',')}]`);
    }
    case 'typeparam':
      return type.name;
    default:
      return type satisfies never;
  }
}
