import subprocess
import sys

import pytest
import torch

from src.models.detector import PlateDetector, detection_loss_inputs


@pytest.fixture(scope="module")
def model() -> PlateDetector:
    torch.manual_seed(0)
    return PlateDetector().eval()


def test_an_anchor_per_cell_of_three_strides(model: PlateDetector) -> None:
    boxes, scores = model(torch.zeros(2, 64, 96, 3, dtype=torch.uint8))
    cells = 8 * 12 + 4 * 6 + 2 * 3
    assert boxes.shape == (2, cells, 4)
    assert scores.shape == (2, cells)
    assert scores.min() >= 0
    assert scores.max() <= 1


def test_boxes_are_corners_around_their_cell(model: PlateDetector) -> None:
    boxes, _ = model(torch.zeros(1, 64, 64, 3, dtype=torch.uint8))
    centres = torch.tensor([(x * 8 + 4.0, y * 8 + 4.0) for y in range(8) for x in range(8)])
    middle = (boxes[0, :64, :2] + boxes[0, :64, 2:]) / 2
    assert (middle - centres).abs().max() < 8
    assert (boxes[0, :, 2:] > boxes[0, :, :2]).all()


def test_loss_inputs_are_relative_centres_and_sizes() -> None:
    targets = detection_loss_inputs(torch.tensor([[10.0, 20.0, 30.0, 40.0]]), torch.tensor([3]), (80, 100))
    assert targets["bboxes"].tolist() == [[pytest.approx(v) for v in (0.2, 0.375, 0.2, 0.25)]]
    assert targets["batch_idx"].tolist() == [3]
    assert targets["cls"].shape == (1, 1)


def test_ultralytics_leaves_other_modules_as_they_were() -> None:
    code = (
        "import cv2, torch, PIL.Image as I\n"
        "before = torch.save, I.open, cv2.imread, cv2.imwrite, cv2.imshow, cv2.getNumThreads()\n"
        "import src.models.detector\n"
        "assert before == (torch.save, I.open, cv2.imread, cv2.imwrite, cv2.imshow, cv2.getNumThreads())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
