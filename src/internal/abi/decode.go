package abi

import (
	"fmt"
	"time"
	"unsafe"

	"cells/src/internal/cell"
)

// Sizes of what a caller has to make room for.
const (
	ResultSize   = int(unsafe.Sizeof(cellResult{}))
	VersionSize  = int(unsafe.Sizeof(cellVersion{}))
	CountersSize = int(unsafe.Sizeof(cellCounters{}))
	InfoSize     = int(unsafe.Sizeof(cellInfo{}))
	DenialSize   = int(unsafe.Sizeof(cellDenial{}))
	RuleSize     = int(unsafe.Sizeof(cellRule{}))
	IDSize       = 4
)

// Result is the answer to create and set.
type Result struct {
	ID     cell.ID // 0 on error
	Holder cell.ID // who has the port or the name
	Port   uint16  // the port that is held, or 0
	Name   string  // the holder's
}

// DecodeResult reads a struct cell_result.
func DecodeResult(b []byte) (Result, error) {
	if err := check("cell_result", b, unsafe.Sizeof(cellResult{})); err != nil {
		return Result{}, err
	}
	return Result{
		ID:     cell.ID(get32(b, unsafe.Offsetof(cellResult{}.Id))),
		Holder: cell.ID(get32(b, unsafe.Offsetof(cellResult{}.Holder))),
		Port:   uint16(get32(b, unsafe.Offsetof(cellResult{}.Port))),
		Name:   getString(b, unsafe.Offsetof(cellResult{}.Name), nameLen),
	}, nil
}

// DecodeID reads the answer of node id.
func DecodeID(b []byte) (cell.ID, error) {
	if len(b) != IDSize {
		return 0, fmt.Errorf("id: got %d bytes, want %d", len(b), IDSize)
	}
	return cell.ID(get32(b, 0)), nil
}

// DecodeVersion reads a struct cell_version.  One of another ABI version,
// whatever its size, is a VersionError.
func DecodeVersion(b []byte) (cell.Version, error) {
	if err := check("cell_version", b, unsafe.Sizeof(cellVersion{})); err != nil {
		return cell.Version{}, err
	}
	flags := get32(b, unsafe.Offsetof(cellVersion{}.Flags))
	return cell.Version{
		ABI:       get32(b, unsafe.Offsetof(cellVersion{}.Version)),
		Rules:     get32(b, unsafe.Offsetof(cellVersion{}.Nrules)),
		Cells:     get32(b, unsafe.Offsetof(cellVersion{}.Ncells)),
		Rig:       flags&versionRig != 0,
		Enforcing: flags&versionEnforcing != 0,
		Banner:    getString(b, unsafe.Offsetof(cellVersion{}.Banner), bannerLen),
	}, nil
}

// getConfig reads the struct cell_config at off.
func getConfig(b []byte, off uintptr) cell.Config {
	return cell.Config{
		Name:    getString(b, off+unsafe.Offsetof(cellConfig{}.Name), nameLen),
		Root:    getString(b, off+unsafe.Offsetof(cellConfig{}.Root), rootLen),
		Tag:     getString(b, off+unsafe.Offsetof(cellConfig{}.Tag), tagLen),
		Profile: cell.Profile(get32(b, off+unsafe.Offsetof(cellConfig{}.Profile))),
		Mode:    cell.Mode(get32(b, off+unsafe.Offsetof(cellConfig{}.Mode))),
		Allow:   cell.Exceptions(get32(b, off+unsafe.Offsetof(cellConfig{}.Allow))),
		MaxProc: get32(b, off+unsafe.Offsetof(cellConfig{}.Maxproc)),
		Ports: getPorts(b, off+unsafe.Offsetof(cellConfig{}.Ports),
			get32(b, off+unsafe.Offsetof(cellConfig{}.Nports))),
		Addrs: getAddrs(b, off+unsafe.Offsetof(cellConfig{}.Addrs),
			get32(b, off+unsafe.Offsetof(cellConfig{}.Naddrs))),
	}
}

// DecodeInfos reads an array of struct cell_info.
func DecodeInfos(b []byte) ([]cell.Info, error) {
	return each("cell_info", b, unsafe.Sizeof(cellInfo{}), getInfo)
}

func getInfo(b []byte) cell.Info {
	in := cell.Info{
		ID:        cell.ID(get32(b, unsafe.Offsetof(cellInfo{}.Id))),
		State:     cell.State(get32(b, unsafe.Offsetof(cellInfo{}.State))),
		Config:    getConfig(b, unsafe.Offsetof(cellInfo{}.Config)),
		Created:   time.Unix(int64(get64(b, unsafe.Offsetof(cellInfo{}.Created))), 0),
		Uptime:    seconds(get64(b, unsafe.Offsetof(cellInfo{}.Uptime))),
		Processes: get32(b, unsafe.Offsetof(cellInfo{}.Nproc)),
		Peak:      get32(b, unsafe.Offsetof(cellInfo{}.Npeak)),
		Forks:     get64(b, unsafe.Offsetof(cellInfo{}.Forks)),
		Exits:     get64(b, unsafe.Offsetof(cellInfo{}.Exits)),
		CPU:       micros(get64(b, unsafe.Offsetof(cellInfo{}.Cpu))),
		RSS:       get64(b, unsafe.Offsetof(cellInfo{}.Rss)),
		VSZ:       get64(b, unsafe.Offsetof(cellInfo{}.Vsz)),
		Refs:      get64(b, unsafe.Offsetof(cellInfo{}.Refs)),
		Denied:    getScopes(b, unsafe.Offsetof(cellInfo{}.Denied)),
		Learned:   getScopes(b, unsafe.Offsetof(cellInfo{}.Learned)),
		Excepted:  getScopes(b, unsafe.Offsetof(cellInfo{}.Excepted)),
	}
	for i := range in.Left {
		off := unsafe.Offsetof(cellInfo{}.Left) + uintptr(i)*4
		in.Left[i] = seconds(uint64(get32(b, off)))
	}
	return in
}

// DecodeCounters reads a struct cell_counters.
func DecodeCounters(b []byte) (cell.Counters, error) {
	if err := check("cell_counters", b, unsafe.Sizeof(cellCounters{})); err != nil {
		return cell.Counters{}, err
	}
	n := min(get32(b, unsafe.Offsetof(cellCounters{}.Nrules)), maxRules)
	column := func(off uintptr) []uint64 {
		out := make([]uint64, n)
		for i := range out {
			out[i] = get64(b, off+uintptr(i)*8)
		}
		return out
	}
	return cell.Counters{
		ID:       cell.ID(get32(b, unsafe.Offsetof(cellCounters{}.Id))),
		Denied:   column(unsafe.Offsetof(cellCounters{}.Denied)),
		Learned:  column(unsafe.Offsetof(cellCounters{}.Learned)),
		Excepted: column(unsafe.Offsetof(cellCounters{}.Excepted)),
		Missed:   get32(b, unsafe.Offsetof(cellCounters{}.Missed)),
		Ports: getPorts(b, unsafe.Offsetof(cellCounters{}.Ports),
			get32(b, unsafe.Offsetof(cellCounters{}.Nports))),
		Addrs: getAddrs(b, unsafe.Offsetof(cellCounters{}.Addrs),
			get32(b, unsafe.Offsetof(cellCounters{}.Naddrs))),
	}, nil
}

// DecodeDenials reads an array of struct cell_denial.
func DecodeDenials(b []byte) ([]cell.Denial, error) {
	return each("cell_denial", b, unsafe.Sizeof(cellDenial{}), getDenial)
}

func getDenial(b []byte) cell.Denial {
	return cell.Denial{
		Cell:    cell.ID(get32(b, unsafe.Offsetof(cellDenial{}.Cell))),
		Seq:     get64(b, unsafe.Offsetof(cellDenial{}.Seq)),
		First:   time.UnixMicro(int64(get64(b, unsafe.Offsetof(cellDenial{}.First)))),
		Last:    time.UnixMicro(int64(get64(b, unsafe.Offsetof(cellDenial{}.Last)))),
		PID:     get32(b, unsafe.Offsetof(cellDenial{}.Pid)),
		UID:     get32(b, unsafe.Offsetof(cellDenial{}.Uid)),
		Object:  cell.ID(get32(b, unsafe.Offsetof(cellDenial{}.Object))),
		Count:   get32(b, unsafe.Offsetof(cellDenial{}.Count)),
		Rule:    get16(b, unsafe.Offsetof(cellDenial{}.Rule)),
		Verdict: cell.Verdict(get16(b, unsafe.Offsetof(cellDenial{}.Verdict))),
		Detail:  get32(b, unsafe.Offsetof(cellDenial{}.Detail)),
		Addr:    getAddr(b, unsafe.Offsetof(cellDenial{}.Addr)),
		Program: getString(b, unsafe.Offsetof(cellDenial{}.Prog), progLen),
	}
}

// DecodeRules reads an array of struct cell_rule.
func DecodeRules(b []byte) ([]cell.Rule, error) {
	return each("cell_rule", b, unsafe.Sizeof(cellRule{}), getRule)
}

func getRule(b []byte) cell.Rule {
	return cell.Rule{
		ID:        get16(b, unsafe.Offsetof(cellRule{}.Id)),
		Scope:     cell.Scope(b[unsafe.Offsetof(cellRule{}.Scope)]),
		Tier:      cell.Tier(b[unsafe.Offsetof(cellRule{}.Tier)]),
		Action:    get64(b, unsafe.Offsetof(cellRule{}.Action)),
		Request:   get32(b, unsafe.Offsetof(cellRule{}.Request)),
		Relation:  cell.Relation(b[unsafe.Offsetof(cellRule{}.Relation)]),
		Exception: cell.Exception(b[unsafe.Offsetof(cellRule{}.Exception)]),
		Quiet:     b[unsafe.Offsetof(cellRule{}.Flags)]&ruleQuiet != 0,
		Name:      getString(b, unsafe.Offsetof(cellRule{}.Name), ruleNameLen),
	}
}
