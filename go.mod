module cells

go 1.23
