package engine

import "cells/src/internal/crash"

// faultEnv is not handed to the programs that are run.
const faultEnv = "CELLS_FAULT"

// fault is a point between two changes of the world.
var fault = crash.FromEnv(faultEnv).Here
