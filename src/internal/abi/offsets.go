package abi

import "strings"

// Members lists every member of every struct, in the header's order.
func Members() []Member {
	var out []Member
	for _, m := range mirrors {
		for i := range m.typ.NumField() {
			f := m.typ.Field(i)
			out = append(out, Member{m.name, m.prefix + strings.ToLower(f.Name),
				f.Offset, f.Type.Size()})
		}
	}
	return out
}

// Sizes lists the size of every struct, in the header's order.
func Sizes() []StructSize {
	out := make([]StructSize, len(mirrors))
	for i, m := range mirrors {
		out[i] = StructSize{m.name, m.typ.Size()}
	}
	return out
}
