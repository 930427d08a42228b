import subprocess
import sys

import pytest
import torch

from src.models.detector import PlateDetector

CORNER_BRANCH = "network.model.23.cv4."


@pytest.fixture(scope="module")
def model() -> PlateDetector:
    torch.manual_seed(0)
    return PlateDetector().eval()


def test_an_anchor_per_cell_of_three_strides(model: PlateDetector) -> None:
    boxes, scores, corners = model(torch.zeros(2, 64, 96, 3, dtype=torch.uint8))
    cells = 8 * 12 + 4 * 6 + 2 * 3
    assert boxes.shape == (2, cells, 4)
    assert scores.shape == (2, cells)
    assert corners.shape == (2, cells, 4, 2)
    assert scores.min() >= 0
    assert scores.max() <= 1


def test_boxes_are_corners_around_their_cell(model: PlateDetector) -> None:
    boxes, _, _ = model(torch.zeros(1, 64, 64, 3, dtype=torch.uint8))
    centres = torch.tensor([(x * 8 + 4.0, y * 8 + 4.0) for y in range(8) for x in range(8)])
    middle = (boxes[0, :64, :2] + boxes[0, :64, 2:]) / 2
    assert (middle - centres).abs().max() < 8
    assert (boxes[0, :, 2:] > boxes[0, :, :2]).all()


def test_corners_are_counted_from_their_cell_in_pixels(model: PlateDetector) -> None:
    """Without weights in its last layer the corner branch is its bias: two cells of offset per unit."""
    branch = PlateDetector().eval()
    for layers, stride in zip(branch.network.model[-1].cv4, (8, 16, 32), strict=True):
        torch.nn.init.zeros_(layers[-1].weight)
        layers[-1].bias.data = torch.tensor([-1.0, -0.5, 1, -0.5, 1, 0.5, -1, 0.5]) * 4 / stride
    _, _, corners = branch(torch.zeros(1, 64, 64, 3, dtype=torch.uint8))
    plate = torch.tensor([[-8.0, -4], [8, -4], [8, 4], [-8, 4]])
    torch.testing.assert_close(corners[0, 8 + 2], torch.tensor([16.0, 8]) + plate)
    torch.testing.assert_close(corners[0, 64 + 4 + 2], torch.tensor([32.0, 16]) + plate)
    torch.testing.assert_close(corners[0, 80 + 2 + 1], torch.tensor([32.0, 32]) + plate)


def test_corners_add_a_branch_and_change_no_other_name(model: PlateDetector) -> None:
    from ultralytics.nn.tasks import DetectionModel, yaml_model_load

    plain = DetectionModel(yaml_model_load("yolo26n.yaml") | {"end2end": False}, nc=1, verbose=False)
    without = {name: value.shape for name, value in model.state_dict().items() if not name.startswith(CORNER_BRANCH)}
    assert without == {f"network.{name}": value.shape for name, value in plain.state_dict().items()}


def test_a_narrower_network_is_smaller() -> None:
    sizes = [sum(p.numel() for p in PlateDetector(width=w).parameters()) for w in (0.125, 0.1875, 0.25, None)]
    assert sizes[0] < sizes[1] < sizes[2] == sizes[3]


@pytest.mark.parametrize(("network", "pretrained"), [("yolo26n", True), ("yolov9t", False)])
def test_a_width_that_cannot_be_is_refused(network: str, pretrained: bool) -> None:
    with pytest.raises(ValueError, match=f"width=0.1: .*{network}"):
        PlateDetector(network, 0.1, pretrained)


def test_ultralytics_leaves_other_modules_as_they_were() -> None:
    code = (
        "import cv2, torch, PIL.Image as I\n"
        "before = torch.save, I.open, cv2.imread, cv2.imwrite, cv2.imshow, cv2.getNumThreads()\n"
        "import src.models.detector\n"
        "assert before == (torch.save, I.open, cv2.imread, cv2.imwrite, cv2.imshow, cv2.getNumThreads())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
