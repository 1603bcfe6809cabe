package packages

import "packages/inner"

var total uint64 = start

const start = inner.Factor + later

func fromSecond(b uint8) uint64 { return inner.Clamp(uint64(b), limit) }
