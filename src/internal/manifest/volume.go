package manifest

import (
	"io/fs"
	"path/filepath"
)

// VolumeFile is one NAME.volume with its defaults filled in.
type VolumeFile struct {
	Name, File string
	Path       string // directory of the host
	Owner      string // USER[:GROUP] of the host; "" leaves it alone
	Mode       fs.FileMode
	Share      string // no, ro or yes
	Backup     bool
	lines      map[string]int
}

// Own reports whether the directory is cellmgr's to make and to remove.
func (v *VolumeFile) Own() bool { return v.lines["path"] == 0 }

// volumeGrammar is the grammar of NAME.volume, in the order of volume(5).
var volumeGrammar = []row[VolumeFile]{
	{Directive{"path", "DIR", false, Restarts}, 1, 1,
		func(v *VolumeFile, a args) error { v.Path = a.words[0]; return checkPath(v.Path) },
		func(v *VolumeFile) []string { return list(v.Path) }},
	{Directive{"owner", "USER[:GROUP]", false, Noted}, 1, 1,
		func(v *VolumeFile, a args) error { v.Owner = a.words[0]; return checkUser(v.Owner) },
		func(v *VolumeFile) []string {
			if v.Owner == "" {
				return nil
			}
			return list(v.Owner)
		}},
	{Directive{"mode", "MODE", false, Noted}, 1, 1,
		func(v *VolumeFile, a args) (err error) { v.Mode, err = parseMode(a.words[0]); return },
		func(v *VolumeFile) []string { return list(FormatMode(v.Mode)) }},
	{Directive{"share", "no | ro | yes", false, Noted}, 1, 1,
		func(v *VolumeFile, a args) (err error) {
			v.Share, err = oneOf(a.words[0], "no", "ro", "yes")
			return
		},
		func(v *VolumeFile) []string { return list(v.Share) }},
	{Directive{"backup", "yes | no", false, Noted}, 1, 1,
		func(v *VolumeFile, a args) (err error) { v.Backup, err = yesNo(a.words[0]); return },
		func(v *VolumeFile) []string { return list(formatYesNo(v.Backup)) }},
}

// ParseVolume reads the text of NAME.volume.  The result is usable only where
// nothing was added to errs.
func ParseVolume(name, file string, text []byte, c *Conf, errs *Errors) *VolumeFile {
	v := &VolumeFile{Name: name, File: file, Path: filepath.Join(c.Volumes, name), Mode: 0o755,
		Share: "ro", Backup: true, lines: map[string]int{}}
	d := document[VolumeFile]{file: file, rows: volumeGrammar, into: v, seen: v.lines, errs: errs}
	d.read(text)
	if line := v.lines["path"]; line != 0 && !c.Allows(v.Path, false) {
		errs.add(file, line, "path: %s: %s allows no such path (hostpath)", v.Path, c.File)
	}
	return v
}

// Text is the effective file: every directive with its defaults.
func (v *VolumeFile) Text() string {
	var s string
	for i := range volumeGrammar {
		for _, l := range volumeGrammar[i].format(v) {
			s += volumeGrammar[i].Name + " " + l + "\n"
		}
	}
	return s
}
