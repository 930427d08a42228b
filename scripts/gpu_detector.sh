#!/usr/bin/env bash
# One sitting of the detector's training on a GPU machine: scripts/gpu_detector.sh [HYDRA OVERRIDES], see gpu_train.sh.
exec "$(dirname "$0")/gpu_train.sh" detector "$@"
