module cells

go 1.25.0
