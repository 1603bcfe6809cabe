package bpf

import (
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
)

// directivePanic is the value of the //bpf:panic directive above a program, read from its source file. A binary built
// with -trimpath, or run where its sources are not, has none: the program type's abort value holds then.
func directivePanic(program any) (value int64, found bool) {
	fn := runtime.FuncForPC(reflect.ValueOf(program).Pointer())
	if fn == nil {
		return 0, false
	}
	file, line := fn.FileLine(fn.Entry())
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	lines := strings.Split(string(text), "\n")
	// FileLine may name a line within the function: its declaration is the nearest one above.
	at := min(line, len(lines)) - 1
	for at >= 0 && !strings.HasPrefix(lines[at], "func ") {
		at--
	}
	for at--; at >= 0 && strings.HasPrefix(lines[at], "//"); at-- {
		if number, ok := strings.CutPrefix(lines[at], "//bpf:panic "); ok {
			value, err := strconv.ParseInt(strings.TrimSpace(number), 0, 64)
			return value, err == nil
		}
	}
	return 0, false
}
