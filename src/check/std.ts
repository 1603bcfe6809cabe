/**
 * Declarations of `math/bits`, `encoding/binary` and `sync/atomic`, without bodies.
 *
 *     bitsDeclarations().Len64   →   'func Len64(x uint64) int'
 *
 * Facts of Go's documentation; regular families are written as families.
 */

type Declarations = Readonly<Record<string, string>>;

const widths = ['', '8', '16', '32', '64'] as const;

function uintOf(width: string): string {
  return `uint${width}`;
}

export function bitsDeclarations(): Declarations {
  const table: Record<string, string> = { UintSize: 'const UintSize = 64' };
  for (const width of widths) {
    const type = uintOf(width);
    for (const name of ['LeadingZeros', 'TrailingZeros', 'OnesCount', 'Len'])
      table[name + width] = `func ${name}${width}(x ${type}) int`;
    table[`Reverse${width}`] = `func Reverse${width}(x ${type}) ${type}`;
    if (width !== '8') table[`ReverseBytes${width}`] = `func ReverseBytes${width}(x ${type}) ${type}`;
    table[`RotateLeft${width}`] = `func RotateLeft${width}(x ${type}, k int) ${type}`;
  }
  for (const width of ['', '32', '64']) {
    const type = uintOf(width);
    table[`Add${width}`] = `func Add${width}(x, y, carry ${type}) (sum, carryOut ${type})`;
    table[`Sub${width}`] = `func Sub${width}(x, y, borrow ${type}) (diff, borrowOut ${type})`;
    table[`Mul${width}`] = `func Mul${width}(x, y ${type}) (hi, lo ${type})`;
    table[`Div${width}`] = `func Div${width}(hi, lo, y ${type}) (quo, rem ${type})`;
    table[`Rem${width}`] = `func Rem${width}(hi, lo, y ${type}) ${type}`;
  }
  return table;
}

export function binaryDeclarations(): Declarations {
  const table: Record<string, string> = {};
  for (const [order, type] of [
    ['LittleEndian', 'littleEndian'],
    ['BigEndian', 'bigEndian'],
    ['NativeEndian', 'nativeEndian'],
  ] as const) {
    table[order] = `var ${order} ${type}`;
    table[type] = `type ${type} struct{}`;
    for (const width of ['16', '32', '64']) {
      table[`${type}.Uint${width}`] = `func (${type}) Uint${width}(b []byte) uint${width}`;
      table[`${type}.PutUint${width}`] = `func (${type}) PutUint${width}(b []byte, v uint${width})`;
    }
  }
  return table;
}

const atomicFunctions = [
  ['Int32', 'int32'],
  ['Int64', 'int64'],
  ['Uint32', 'uint32'],
  ['Uint64', 'uint64'],
  ['Uintptr', 'uintptr'],
] as const;

export function atomicDeclarations(): Declarations {
  const table: Record<string, string> = {
    Bool: 'type Bool struct { v uint32 }',
    'Bool.Load': 'func (x *Bool) Load() bool',
    'Bool.Store': 'func (x *Bool) Store(val bool)',
    'Bool.Swap': 'func (x *Bool) Swap(new bool) (old bool)',
    'Bool.CompareAndSwap': 'func (x *Bool) CompareAndSwap(old, new bool) (swapped bool)',
  };
  for (const [name, type] of atomicFunctions) {
    table[`Add${name}`] = `func Add${name}(addr *${type}, delta ${type}) (new ${type})`;
    table[`And${name}`] = `func And${name}(addr *${type}, mask ${type}) (old ${type})`;
    table[`Or${name}`] = `func Or${name}(addr *${type}, mask ${type}) (old ${type})`;
    table[`Load${name}`] = `func Load${name}(addr *${type}) (val ${type})`;
    table[`Store${name}`] = `func Store${name}(addr *${type}, val ${type})`;
    table[`Swap${name}`] = `func Swap${name}(addr *${type}, new ${type}) (old ${type})`;
    table[`CompareAndSwap${name}`] =
      `func CompareAndSwap${name}(addr *${type}, old, new ${type}) (swapped bool)`;
    table[name] = `type ${name} struct { v ${type} }`;
    table[`${name}.Add`] = `func (x *${name}) Add(delta ${type}) (new ${type})`;
    table[`${name}.And`] = `func (x *${name}) And(mask ${type}) (old ${type})`;
    table[`${name}.Or`] = `func (x *${name}) Or(mask ${type}) (old ${type})`;
    table[`${name}.Load`] = `func (x *${name}) Load() ${type}`;
    table[`${name}.Store`] = `func (x *${name}) Store(val ${type})`;
    table[`${name}.Swap`] = `func (x *${name}) Swap(new ${type}) (old ${type})`;
    table[`${name}.CompareAndSwap`] = `func (x *${name}) CompareAndSwap(old, new ${type}) (swapped bool)`;
  }
  return table;
}
