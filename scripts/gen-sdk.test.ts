import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { contextRow } from '../src/bpf/contexts.ts';
import { helperGoName, helperNames } from '../src/bpf/helpers.ts';
import { type MapRow, maps } from '../src/bpf/maps.ts';
import { type ProgramRow, programs } from '../src/bpf/programs.ts';
import { sdkDeclarations, sdkNames, sdkNativeNames } from '../src/check/gen/sdk.ts';
import { helperRowsSource } from './gen-helpers.ts';
import { generatedFiles, handWritten } from './gen-sdk.ts';
import { goDeclarations } from './go-declarations.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

describe('generated files', () => {
  for (const [path, text] of generatedFiles()) {
    it(`${path} is what the generator makes`, () => {
      expect(readFileSync(at(path), 'utf8')).toBe(text);
    });
  }

  const header = '/usr/include/bpf/bpf_helper_defs.h';
  it.skipIf(!existsSync(header))('the helper rows are what libbpf’s header and the facts make', () => {
    const made = helperRowsSource(
      readFileSync(header, 'utf8'),
      readFileSync(at('scripts/helper-facts.txt'), 'utf8'),
    );
    expect(readFileSync(at('src/bpf/helper-rows.ts'), 'utf8')).toBe(made);
  });
});

describe('Go declarations', () => {
  const texts = (source: string): Record<string, string> =>
    Object.fromEntries(goDeclarations([source]).map((declaration) => [declaration.name, declaration.text]));

  it('splits constant groups', () => {
    const source = 'const (\n\tA Kind = iota // first\n\tB\n\tc\n\tD = 1 << iota\n\tE\n)\n';
    expect(texts(source)).toEqual({
      A: 'const A Kind = 0',
      B: 'const B Kind = 1',
      D: 'const D = 1 << 3',
      E: 'const E = 1 << 4',
    });
  });

  it('drops bodies, comments and unexported or native fields', () => {
    const source =
      'type T[K comparable, V any] struct {\n\tA uint32 // note\n\tb    int\n\tC, D uint64 `bpf:"native"`\n\te uint32 `bpf:"layout"`\n}\n' +
      'func (t *T[K, V]) Get(k K) (v V, ok bool) {\n\treturn\n}\n\nfunc hidden() {}\n';
    expect(texts(source)).toEqual({
      T: 'type T[K comparable, V any] struct { A uint32; _ uint32 }',
      'T.Get': 'func (t *T[K, V]) Get(k K) (v V, ok bool)',
    });
  });
});

describe('SDK declarations', () => {
  it('has every helper', () => {
    const missing = helperNames()
      .filter((name) => name !== 'spin_lock' && name !== 'spin_unlock')
      .map(helperGoName)
      .filter((name) => sdkDeclarations[name] === undefined);
    expect(missing).toEqual([]);
    expect(handWritten.every((name) => helperNames().includes(name))).toBe(true);
  });

  it('names no unexported type of the SDK', () => {
    const known = new Set([
      ...'bool string uintptr byte any comparable error int int8 int16 int32 int64 uint uint8 uint16 uint32'.split(
        ' ',
      ),
      ...'uint64 struct func interface map chan type const true false nil'.split(' '),
    ]);
    for (const [name, text] of Object.entries(sdkDeclarations)) {
      if (text.startsWith('const ')) continue;
      const types = text.match(/(?<=[\])*. ]|^)\b[a-z]\w*\b(?=[;,)\]]|$)/g) ?? [];
      const unknown = types.filter(
        (type) => !known.has(type) && !new RegExp(`\\b${type}\\b *[,)]`).test(text),
      );
      expect(unknown, `${name}: ${text}`).toEqual([]);
    }
  });

  it('keeps what is for tests away from programs', () => {
    expect(sdkNativeNames).toContain('Run');
    expect(sdkNativeNames).toContain('RingBuf.Drain');
    expect(sdkNames()).toContain('bpf.HashMap.Lookup');
    expect(sdkNames()).not.toContain('bpf.Run');
    expect(sdkDeclarations.XDP).toBe(
      'type XDP struct { IngressIfindex uint32; RxQueueIndex uint32; EgressIfindex uint32 }',
    );
  });
});

describe('SDK and tables agree', () => {
  /** Fields of a struct declaration; nested register fields by path. */
  const fieldsOf = (name: string): string[] => {
    const body = /struct \{ ?(.*?) ?\}$/.exec(sdkDeclarations[name] ?? '')?.[1] ?? '';
    return body.split('; ').flatMap((field) => {
      const [names = '', type = ''] = field.split(/ (?=\S+$)/);
      if (type === 'PtRegs') return fieldsOf('PtRegs').map((register) => `${names}.${register}`);
      return names === '' ? [] : names.split(', ');
    });
  };

  it('every context field has a row, and the reverse', () => {
    const pointerFields = new Set(['Data', 'DataEnd', 'DataMeta', 'Optval', 'OptvalEnd']);
    const names = new Set(Object.values<ProgramRow>(programs).flatMap((row) => row.context ?? []));
    for (const name of [...names, 'RawTracepoint', 'TCPSock', 'FlowKeys', 'Sock']) {
      const rows = Object.keys(contextRow(name)?.fields ?? {}).filter((field) => !pointerFields.has(field));
      expect(fieldsOf(name).sort(), name).toEqual(rows.sort());
    }
  });

  it('contexts, results and maps of the tables are declared', () => {
    for (const row of Object.values<ProgramRow>(programs)) {
      if (row.context !== null) expect(sdkDeclarations).toHaveProperty(row.context);
      if (row.resultType !== null) expect(sdkDeclarations).toHaveProperty(row.resultType);
    }
    for (const row of Object.values<MapRow>(maps)) {
      const params = /^type \w+(\[.*?\])? struct/.exec(sdkDeclarations[row.sdk] ?? '')?.[1] ?? '';
      expect(params === '' ? 0 : params.split(',').length, row.sdk).toBe(row.params.length);
      const size = {
        entries: 'MaxEntries',
        processors: 'MaxEntries',
        pages: 'MaxEntries',
        bytes: 'Size',
        zero: null,
        one: null,
      };
      const field = size[row.size];
      if (field !== null) expect(fieldsOf(row.sdk), row.sdk).toContain(field);
    }
  });
});

const go = spawnSync('go', ['version'], { encoding: 'utf8' });
const goes = go.status === 0;
if (!goes) console.warn('no Go on this machine: the Go modules are not vetted and tested');

describe.skipIf(!goes)('Go modules', () => {
  const offline = {
    ...process.env,
    GOFLAGS: '-mod=mod',
    GOPROXY: 'off',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
  };
  for (const folder of ['sdk/bpf', 'sdk/miekg', 'examples/samples']) {
    it(`${folder} is formatted, vetted and tested`, { timeout: 180_000 }, () => {
      const run = (command: string, ...args: string[]): string => {
        const result = spawnSync(command, args, { cwd: at(folder), encoding: 'utf8', env: offline });
        if (result.status !== 0)
          throw new Error(`${command} ${args.join(' ')}\n${result.stdout}${result.stderr}`);
        return result.stdout;
      };
      if (folder !== 'examples/samples') expect(run('gofmt', '-l', '.')).toBe('');
      run('go', 'vet', './...');
      run('go', 'test', './...');
    });
  }

  it('the seed’s hello builds against the second import path', () => {
    const source = readFileSync(at('examples/hello.go'), 'utf8');
    expect(source).toContain('"github.com/miekg/bpf"');
    execFileSync('go', ['vet', at('sdk/miekg/testdata/hello/hello.go')], {
      cwd: at('sdk/miekg'),
      env: offline,
    });
    expect(readFileSync(at('sdk/miekg/testdata/hello/hello.go'), 'utf8')).toBe(source);
  });
});
