package statements

func all(n int) (sum int) {
outer:
	for i := 0; i < n; i++ {
		switch x := i &^ 3; {
		case x == 1, x > 7 && !(x < 9):
			continue outer
		default:
			fallthrough
		case false:
			break outer
		}
	}
	for range 10 {
		sum += 1 << 3
	}
	for k, v := range "text" {
		sum, n = int(v)+k, n|1
	}
	if y := sum % 7; y != 0 {
		goto done
	} else if y == -1 {
		sum--
	}
	func(z *int) { *z = 0x_ff }(&sum)
done:
	return []int{1, 2: sum}[1:2:3][0]
}
