/** `bpfc check --min-kernel`: what the tables say of a program's uses, in process. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseArgs } from './args.ts';
import * as files from './files.ts';
import { showMinKernel } from './min-kernel.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfc-min-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function printed(body: string): string {
  const path = join(folder, 'a.go');
  writeFileSync(path, `package a\n\nimport "bpfc/sdk/bpf"\n\n${body}`);
  let text = '';
  vi.spyOn(files, 'writeText').mockImplementation((_fd, more) => {
    text += more;
  });
  showMinKernel(parseArgs(['check', '--min-kernel', '--cpu', 'v1', path]));
  return text.replaceAll(`${folder}/`, '');
}

test('names the lines that ask for the newest kernel', () => {
  const source = `//bpf:attach xdp
func Main(ctx *bpf.XDP) bpf.XDPAction {
	if bpf.KtimeGetBootNs() > 5 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`;
  expect(printed(source)).toBe('a.go:7:5: bpf.KtimeGetBootNs needs Linux 5.8\na.go needs Linux 5.8\n');
});

test('a kind of program may be what is newest', () => {
  const source =
    '//bpf:attach netfilter\nfunc Main(ctx *bpf.Netfilter) bpf.NFVerdict { return bpf.NFAccept }\n';
  expect(printed(source)).toBe('a netfilter program needs Linux 6.4\na.go needs Linux 6.4\n');
});

test('a kind of program may get a helper later than others, and a context a field', () => {
  const late =
    '//bpf:attach xdp\nfunc Main(ctx *bpf.XDP) bpf.XDPAction {\n\treturn bpf.XDPAction(bpf.GetCurrentPidTgid())\n}\n';
  expect(printed(late)).toBe('a.go:7:23: bpf.GetCurrentPidTgid needs Linux 6.12\na.go needs Linux 6.12\n');
  const field =
    '//bpf:attach tc\nfunc Main(ctx *bpf.SKB) bpf.TCAction {\n\treturn bpf.TCAction(ctx.HWTstamp)\n}\n';
  expect(printed(field)).toBe(
    'a.go:7:22: the field HWTstamp of a bpf.SKB needs Linux 5.16\na.go needs Linux 5.16\n',
  );
});
