/**
 * `bpfc init [DIR]`: a Go project that passes `go vet` and `go test` at once, offline: a program, its unit test, the SDK
 * in a folder of its own, and a go.mod that names it. Files that exist are never touched.
 */

import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Args, UsageError } from './args.ts';
import { FileError, fillFolder, writeText } from './files.ts';
import { packageRoot } from './package-root.ts';

const program = `// Package NAME counts the packets of an interface by IP protocol and drops UDP to a chosen port.
package NAME

import "bpfc/sdk/bpf"

// Drop is the UDP port whose packets are dropped; the loader may set it.
//
//bpf:config
var Drop uint32 = 9

// Packets counts packets by IP protocol.
var Packets = bpf.Array[uint64]{MaxEntries: 256}

type ipv4 struct {
	VerIHL, TOS      uint8
	TotLen, ID, Frag bpf.Be16
	TTL, Proto       uint8
	Check            bpf.Be16
	Src, Dst         bpf.Be32
}

type ports struct{ Src, Dst bpf.Be16 }

// Filter is the program.
//
//bpf:attach xdp
func Filter(ctx *bpf.XDP) bpf.XDPAction {
	kind := bpf.At[bpf.Be16](ctx, 12)
	if kind == nil || kind.Host() != 0x0800 {
		return bpf.XDPPass
	}
	ip := bpf.At[ipv4](ctx, 14)
	if ip == nil {
		return bpf.XDPPass
	}
	proto := ip.Proto
	if n := Packets.Lookup(uint32(proto)); n != nil {
		*n++
	}
	if proto != 17 || ip.VerIHL != 0x45 {
		return bpf.XDPPass
	}
	udp := bpf.At[ports](ctx, 34)
	if udp != nil && uint32(udp.Dst.Host()) == Drop {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`;

const unitTest = `package NAME

import (
	"testing"

	"bpfc/sdk/bpf"
)

// packet is a UDP packet to a port.
func packet(port uint16) []byte {
	b := make([]byte, 42)
	b[12], b[13] = 0x08, 0x00
	b[14], b[23] = 0x45, 17
	b[36], b[37] = byte(port>>8), byte(port)
	return b
}

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		port uint16
		want bpf.XDPAction
	}{{9, bpf.XDPDrop}, {53, bpf.XDPPass}} {
		if got := Filter(&bpf.XDP{Buf: packet(c.port)}); got != c.want {
			t.Errorf("port %d: %v, want %v", c.port, got, c.want)
		}
	}
}

func TestShort(t *testing.T) {
	if got := Filter(&bpf.XDP{Buf: make([]byte, 10)}); got != bpf.XDPPass {
		t.Error(got)
	}
}
`;

const goMod = `module NAME

go 1.24

require (
	bpfc/sdk/bpf v0.0.0
	github.com/miekg/bpf v0.0.0
)

replace bpfc/sdk/bpf => ./sdk/bpf

replace github.com/miekg/bpf => ./sdk/miekg
`;

/** A Go package name for a folder: lower-case letters and digits, starting with a letter. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  return /^[a-z]/.test(name) ? name : `p${name}`;
}

export function initCommand(args: Args): number {
  if (args.files.length > 1) throw new UsageError('bpfc init takes one folder');
  const folder = resolve(args.files[0] ?? '.');
  const name = packageName(folder);
  const files: readonly (readonly [string, string])[] = [
    ['go.mod', goMod],
    [`${name}.go`, program],
    [`${name}_test.go`, unitTest],
  ];
  const taken = [...files.map(([file]) => file), 'sdk'].find((file) => existsSync(join(folder, file)));
  if (taken !== undefined)
    throw new FileError(`${join(folder, taken)} exists; bpfc init writes a new project only`);
  const sdk = join(packageRoot(), 'sdk');
  fillFolder(folder, (temporary) => {
    for (const module of readdirSync(sdk)) {
      cpSync(join(sdk, module), join(temporary, 'sdk', module), {
        recursive: true,
        filter: (path) => !path.endsWith('_test.go') && basename(path) !== 'testdata',
      });
    }
    for (const [file, text] of files) writeFileSync(join(temporary, file), text.replaceAll('NAME', name));
  });
  if (!args.values.has('quiet')) {
    const where = args.files[0] ?? '.';
    writeText(
      2,
      `bpfc: wrote a Go project in ${where}; try: cd ${where} && go test ./... && bpfc check ${name}.go\n`,
    );
  }
  return 0;
}
