#!/usr/bin/env bash
# One sitting of the reader's training on a GPU machine: scripts/gpu_ocr.sh [HYDRA OVERRIDES], see gpu_train.sh.
exec "$(dirname "$0")/gpu_train.sh" ocr "$@"
