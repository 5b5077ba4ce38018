package words

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 cells", 1: "1 cell", 2: "2 cells", -1: "-1 cells"} {
		if got := Count(n, "cell"); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := Count(int64(3), "process"); got != "3 processes" {
		t.Error(got)
	}
}
