package mistakes

func one( {
	x := 1 +
}

func two() {
	if x == (T{1}) {
	}
	y := [3]int{1, 2
}

var fine = 1
