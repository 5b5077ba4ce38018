package main

import (
	"crypto/sha512"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"
)

// moduleFiles are the files of the Go module proxy that a go.sum names, in
// order: what pkgsrc fetches, since its builds have no network.
func moduleFiles(sum string) ([]string, error) {
	var files []string
	for number, line := range strings.Split(strings.TrimSpace(sum), "\n") {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, fmt.Errorf("go.sum:%d: %q", number+1, line)
		}
		version, isMod := strings.CutSuffix(fields[1], "/go.mod")
		file := escape(fields[0]) + "/@v/" + escape(version)
		if isMod {
			file += ".mod"
		} else {
			file += ".zip"
		}
		files = append(files, file)
	}
	slices.Sort(files)
	return files, nil
}

// escape writes capitals as the proxy has them: !a for A.
func escape(path string) string {
	var b strings.Builder
	for _, r := range path {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// modulesMk is the file go-modules.mk of the package.
func modulesMk(files []string) string {
	var b strings.Builder
	b.WriteString("# $NetBSD$\n\n")
	for _, file := range files {
		fmt.Fprintf(&b, "GO_MODULE_FILES+=\t%s\n", file)
	}
	return b.String()
}

// distfile is the name under which pkgsrc keeps a file of the proxy.
func distfile(file string) string {
	return strings.NewReplacer("/", "_", "!", "_").Replace(file)
}

// distinfo is what the file distinfo has of one distfile, but for the line
// of BLAKE2s, whose digest the caller has to know.
func distinfo(path, name, blake2s string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("BLAKE2s (%s) = %s\nSHA512 (%s) = %x\nSize (%s) = %d bytes\n",
		name, blake2s, name, sha512.Sum512(data), name, len(data)), nil
}
