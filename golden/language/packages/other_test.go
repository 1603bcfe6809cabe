package packages

import "testing"

func TestNothing(t *testing.T) { t.Log(float64(total)) }
