// Package abi translates between the structures of <sys/cell.h> and the
// types of package cell.  The structs of this file mirror the header member
// by member, with its padding; decoding and encoding take every offset from
// them, and a test holds them against what a C compiler says of the header.
// No memory is ever reinterpreted: package unsafe serves for Offsetof alone.
package abi

import "reflect"

// Version is the CELL_ABI_VERSION that this package speaks.
const Version = 1

// Sizes of <sys/cell.h>.
const (
	nameLen     = 64
	rootLen     = 1024
	tagLen      = 72
	maxPorts    = 64
	maxAddrs    = 16
	maxRules    = 256
	nException  = 16
	ruleNameLen = 48
	progLen     = 24
	bannerLen   = 96
	nScope      = 8
)

// Bits in the flags and fields of the structures.
const (
	versionRig       = 0x0001
	versionEnforcing = 0x0002

	setProfile = 0x0001
	setMode    = 0x0002
	setAllow   = 0x0004
	setMaxproc = 0x0008
	setPorts   = 0x0010
	setAddrs   = 0x0020
	setTag     = 0x0040
	setGrant   = 0x0080
	setRevoke  = 0x0100

	ruleQuiet = 0x01
)

type cellAddr struct {
	Family uint8
	Pad    [3]uint8
	Scope  uint32
	Addr   [16]uint8
}

type cellConfig struct {
	Name    [nameLen]byte
	Root    [rootLen]byte
	Tag     [tagLen]byte
	Profile uint32
	Mode    uint32
	Allow   uint32
	Maxproc uint32
	Nports  uint32
	Naddrs  uint32
	Ports   [maxPorts]uint16
	Addrs   [maxAddrs]cellAddr
}

type cellCreate struct {
	Version uint32
	Flags   uint32
	Config  cellConfig
}

type cellSet struct {
	Version uint32
	Id      uint32
	Fields  uint32
	Grant   uint32
	Revoke  uint32
	Seconds uint32
	Config  cellConfig
}

type cellResult struct {
	Version uint32
	Id      uint32
	Holder  uint32
	Port    uint32
	Name    [nameLen]byte
}

type cellOp struct {
	Version uint32
	Id      uint32
	Flags   uint32
	Pad     uint32
}

type cellSelect struct {
	Version uint32
	Id      uint32
	Since   uint64
	Name    [nameLen]byte
}

type cellVersion struct {
	Version uint32
	Flags   uint32
	Nrules  uint32
	Ncells  uint32
	Banner  [bannerLen]byte
}

type cellInfo struct {
	Version  uint32
	Id       uint32
	State    uint32
	Pad      uint32
	Config   cellConfig
	Created  uint64
	Uptime   uint64
	Left     [nException]uint32
	Nproc    uint32
	Npeak    uint32
	Forks    uint64
	Exits    uint64
	Cpu      uint64
	Rss      uint64
	Vsz      uint64
	Refs     uint64
	Denied   [nScope]uint64
	Learned  [nScope]uint64
	Excepted [nScope]uint64
}

type cellCounters struct {
	Version  uint32
	Id       uint32
	Nrules   uint32
	Nports   uint32
	Naddrs   uint32
	Missed   uint32
	Denied   [maxRules]uint64
	Learned  [maxRules]uint64
	Excepted [maxRules]uint64
	Ports    [maxPorts]uint16
	Addrs    [maxAddrs]cellAddr
}

type cellDenial struct {
	Version uint32
	Cell    uint32
	Seq     uint64
	First   uint64
	Last    uint64
	Pid     uint32
	Uid     uint32
	Object  uint32
	Count   uint32
	Rule    uint16
	Verdict uint16
	Detail  uint32
	Addr    cellAddr
	Prog    [progLen]byte
}

type cellRule struct {
	Version   uint32
	Id        uint16
	Scope     uint8
	Tier      uint8
	Action    uint64
	Request   uint32
	Relation  uint8
	Exception uint8
	Flags     uint8
	Pad       uint8
	Name      [ruleNameLen]byte
}

// Member is one member of a struct of <sys/cell.h> as this package lays it
// out; sizes and offsets in bytes.
type Member struct {
	Struct string // as in "cell_info"
	Name   string // as in "ci_state"
	Offset uintptr
	Size   uintptr
}

// StructSize is the size of a struct of <sys/cell.h>.
type StructSize struct {
	Struct string
	Size   uintptr
}

// mirrors pairs each struct with its name and its members' prefix in C.
var mirrors = []struct {
	name, prefix string
	typ          reflect.Type
}{
	{"cell_addr", "ca_", reflect.TypeFor[cellAddr]()},
	{"cell_config", "cf_", reflect.TypeFor[cellConfig]()},
	{"cell_create", "cc_", reflect.TypeFor[cellCreate]()},
	{"cell_set", "cs_", reflect.TypeFor[cellSet]()},
	{"cell_result", "cr_", reflect.TypeFor[cellResult]()},
	{"cell_op", "co_", reflect.TypeFor[cellOp]()},
	{"cell_select", "sl_", reflect.TypeFor[cellSelect]()},
	{"cell_version", "cv_", reflect.TypeFor[cellVersion]()},
	{"cell_info", "ci_", reflect.TypeFor[cellInfo]()},
	{"cell_counters", "ct_", reflect.TypeFor[cellCounters]()},
	{"cell_denial", "dn_", reflect.TypeFor[cellDenial]()},
	{"cell_rule", "ru_", reflect.TypeFor[cellRule]()},
}
