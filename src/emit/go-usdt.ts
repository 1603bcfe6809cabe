/**
 * The function of generated Go programs that attaches to static probes (USDT), which cilium/ebpf does not: it reads the
 * notes of the executable, leaves what they say of the arguments in the program's map, and makes a uprobe of each place.
 * It does what src/kernel/usdt.ts and src/object/stapsdt.ts do for `bpfc run`; src/bpf/usdt.ts holds the layout.
 */

import { usdtSpec } from '../bpf/usdt.ts';

const source = `
// attachStatic attaches to the static probe BINARY:PROVIDER:NAME. specs is where programs find its arguments; nil: they ask for none.
func attachStatic(target string, prog *ebpf.Program, specs *ebpf.Map) (io.Closer, error) {
	words := strings.Split(target, ":")
	if len(words) < 3 {
		return nil, fmt.Errorf("%q is not BINARY:PROVIDER:NAME", target)
	}
	last := len(words) - 1
	binary := libraryPath(strings.Join(words[:last-1], ":"))
	executable, err := link.OpenExecutable(binary)
	if err != nil {
		return nil, err
	}
	probes, err := staticProbes(binary, words[last-1], words[last])
	if err != nil {
		return nil, err
	}
	var all closers
	for _, probe := range probes {
		opts := &link.UprobeOptions{Address: probe.offset, RefCtrOffset: probe.semaphore}
		if specs != nil {
			if opts.Cookie, err = keepSpec(specs, probe.args); err != nil {
				all.Close()
				return nil, err
			}
		}
		l, err := executable.Uprobe(words[last], prog, opts)
		if err != nil {
			all.Close()
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// libraryPath finds a program or library that is named without a folder.
func libraryPath(name string) string {
	folders := filepath.SplitList(os.Getenv("PATH"))
	if strings.Contains(name, ".so") {
		folders = []string{"/lib64", "/usr/lib64", "/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"}
	}
	if !strings.Contains(name, "/") {
		for _, folder := range folders {
			if path := filepath.Join(folder, name); fileExists(path) {
				return path
			}
		}
	}
	return name
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// staticProbe is one place of a static probe, with offsets in the file.
type staticProbe struct {
	offset, semaphore uint64
	args              []string
}

// staticProbes reads the notes of an executable.
func staticProbes(path, provider, name string) ([]staticProbe, error) {
	file, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	notes := file.Section(".note.stapsdt")
	if notes == nil {
		return nil, fmt.Errorf("%s has no static probes", path)
	}
	data, err := notes.Data()
	if err != nil {
		return nil, err
	}
	offset := func(address uint64) uint64 {
		for _, p := range file.Progs {
			if p.Type == elf.PT_LOAD && address >= p.Vaddr && address < p.Vaddr+p.Filesz {
				return address - p.Vaddr + p.Off
			}
		}
		return 0
	}
	var probes []staticProbe
	for len(data) >= 12 {
		nameSize, size := int(file.ByteOrder.Uint32(data)+3)&^3, int(file.ByteOrder.Uint32(data[4:]))
		if 12+nameSize+size > len(data) || size < 24 {
			break
		}
		note := data[12+nameSize : 12+nameSize+size]
		data = data[12+nameSize+(size+3)&^3:]
		texts := strings.Split(string(note[24:]), "\\x00")
		if len(texts) < 3 || texts[0] != provider || texts[1] != name {
			continue
		}
		location, noted, counter := file.ByteOrder.Uint64(note), file.ByteOrder.Uint64(note[8:]), file.ByteOrder.Uint64(note[16:])
		if base := file.Section(".stapsdt.base"); base != nil && noted != 0 {
			location += base.Addr - noted
			if counter != 0 {
				counter += base.Addr - noted
			}
		}
		probe := staticProbe{offset: offset(location), args: strings.Fields(texts[2])}
		if counter != 0 {
			probe.semaphore = offset(counter)
		}
		probes = append(probes, probe)
	}
	if len(probes) == 0 {
		return nil, fmt.Errorf("%s has no static probe %s:%s", path, provider, name)
	}
	return probes, nil
}

// keepSpec leaves what a note says of the arguments in the first free entry of the map; the entry's number is the cookie.
func keepSpec(specs *ebpf.Map, args []string) (uint64, error) {
	spec := make([]byte, specs.ValueSize())
	for i, arg := range args {
		if i == ${usdtSpec.args} {
			break
		}
		if err := argumentSpec(spec[i*${usdtSpec.argSize}:], arg); err != nil {
			return 0, err
		}
	}
	spec[${usdtSpec.count}] = byte(len(args))
	for n := range specs.MaxEntries() {
		held, err := specs.LookupBytes(n)
		if err != nil {
			return 0, err
		}
		if bytes.Equal(held, spec) {
			return uint64(n), nil
		}
		if bytes.Equal(held, make([]byte, len(held))) {
			return uint64(n), specs.Put(n, spec)
		}
	}
	return 0, errors.New("too many static probes")
}

var argumentPattern = regexp.MustCompile(\`^(-?)([1248])@(?:\\$(-?\\w+)|%(\\w+)|(-?\\w*)\\(%(\\w+)\\))$\`)

// registerOffsets are places in struct pt_regs of x86-64.
var registerOffsets = map[string]uint16{
	"r15": 0, "r14": 8, "r13": 16, "r12": 24, "bp": 32, "bx": 40, "r11": 48, "r10": 56, "r9": 64, "r8": 72,
	"ax": 80, "cx": 88, "dx": 96, "si": 104, "di": 112, "ip": 128, "sp": 152,
}

// argumentSpec reads -4@%esi, 8@-16(%rbp) or 4@$5.
func argumentSpec(spec []byte, text string) error {
	found := argumentPattern.FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("a static probe's argument is %s", text)
	}
	kind, register, number := ${usdtSpec.kinds.constant}, "", found[3]
	switch {
	case found[4] != "":
		kind, register, number = ${usdtSpec.kinds.register}, found[4], "0"
	case found[6] != "":
		kind, register, number = ${usdtSpec.kinds.memory}, found[6], "0"+found[5]
		if found[5] != "" {
			number = found[5]
		}
	}
	value, err := strconv.ParseInt(number, 0, 64)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(spec, uint64(value))
	spec[8] = byte(kind)
	if register != "" {
		name := register
		if name[0] == 'r' && name[1] >= '0' && name[1] <= '9' {
			name = strings.TrimRight(name, "dwb")
		} else {
			name = strings.TrimLeft(name, "re")
			if len(name) == 3 || name[1] == 'l' {
				name = name[:len(name)-1]
			}
			if len(name) == 1 {
				name += "x"
			}
		}
		offset, known := registerOffsets[name]
		if !known {
			return fmt.Errorf("a static probe's argument is in %s", register)
		}
		binary.LittleEndian.PutUint16(spec[12:], offset)
	}
	if found[1] == "-" {
		spec[14] = 1
	}
	spec[15] = 64 - 8*(found[2][0]-'0')
	return nil
}
`;

export const goUsdt: readonly string[] = source.trim().split('\n');

export const goUsdtImports = [
  'bytes',
  'debug/elf',
  'encoding/binary',
  'errors',
  'fmt',
  'io',
  'os',
  'path/filepath',
  'regexp',
  'strconv',
  'strings',
] as const;
