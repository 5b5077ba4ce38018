#!/bin/sh
# rig_bench.sh -- what a system call costs that the rig decides about.
set -eu
exec sh regress/rig/bench
