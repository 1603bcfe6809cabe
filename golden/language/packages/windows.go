//go:build windows

package packages

var total = []string{"is declared in another file, which counts here"}
