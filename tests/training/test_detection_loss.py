import pytest
import torch

from src.data.loaders.scenes import SceneBatch
from src.models.detector import PlateDetector
from src.training.detection_loss import CornerLoss, DetectionLoss, loss_inputs

BOX = [40.0, 60, 120, 90]
TILTED = [[40.0, 70], [115, 60], [120, 80], [45, 90]]


def batch_of(visible: tuple[float, float]) -> SceneBatch:
    """Two scenes with the same plate, its corners visible or not."""
    torch.manual_seed(0)
    images = torch.randint(0, 255, (2, 160, 160, 3), dtype=torch.uint8)
    corners = torch.stack([torch.cat([torch.tensor(TILTED), torch.full((4, 1), v)], -1) for v in visible])
    return SceneBatch(images, torch.tensor([BOX, BOX]), corners, torch.tensor([0, 1]))


@pytest.fixture
def model() -> PlateDetector:
    torch.manual_seed(0)
    return PlateDetector(width=0.125).train()


def test_plates_with_boxes_only_teach_the_corner_branch_nothing(model: PlateDetector) -> None:
    """Whatever stands in place of the corners that nobody marked."""
    loss, batch = DetectionLoss(model.network, 10.0), batch_of((0, 0))
    losses = loss(model.predictions(batch.images), batch)
    assert losses["corners"].item() == 0
    assert losses["box"].item() > 0
    sum(losses.values()).backward()
    branch = list(model.network.model[-1].cv4.parameters())
    assert branch
    assert all(p.grad is None or not p.grad.any() for p in branch)
    assert all(p.grad.any() for p in model.network.model[-1].cv2[0][-1].parameters())


@pytest.mark.slow
def test_corners_are_learnt_where_there_are_any(model: PlateDetector) -> None:
    loss, batch = DetectionLoss(model.network, 10.0), batch_of((1, 0))
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    seen = []
    for _ in range(15):
        losses = loss(model.predictions(batch.images), batch)
        optimiser.zero_grad()
        sum(losses.values()).backward()
        optimiser.step()
        seen.append(losses["corners"].item())
    assert seen[0] > 0
    assert seen[-1] < 0.7 * seen[0]


def test_an_empty_batch_has_a_loss(model: PlateDetector) -> None:
    batch = SceneBatch(
        torch.zeros(2, 64, 64, 3, dtype=torch.uint8), torch.zeros(0, 4), torch.zeros(0, 4, 3), torch.zeros(0).long()
    )
    losses = DetectionLoss(model.network, 10.0)(model.predictions(batch.images), batch)
    assert (losses["box"].item(), losses["corners"].item()) == (0, 0)
    assert losses["cls"].item() > 0


def test_the_gain_weighs_the_corners_alone(model: PlateDetector) -> None:
    batch = batch_of((1, 1))
    predictions = model.predictions(batch.images)
    one, five = (DetectionLoss(model.network, gain)(predictions, batch) for gain in (1.0, 5.0))
    assert five["corners"].item() == pytest.approx(5 * one["corners"].item())
    assert five["box"].item() == pytest.approx(one["box"].item())


def test_corner_loss_by_hand() -> None:
    true = torch.tensor([TILTED, TILTED])
    predicted = true.clone()
    predicted[0, 2] += torch.tensor([4.0, 0])  # a tenth of the size: linear, less half of what is rounded
    predicted[1] += 9  # invisible
    visible, area = torch.tensor([[1, 1, 1, 1], [0, 0, 0, 0]]), torch.full((2, 1), 1600.0)
    assert CornerLoss()(predicted, true, visible, area).item() == pytest.approx((0.1 - 0.01) / 2 / 8, rel=1e-4)


def test_corner_loss_is_the_same_for_a_plate_of_twice_the_size() -> None:
    true, visible = torch.tensor([TILTED]), torch.ones(1, 4)
    near, far = (CornerLoss()(k * (true + 5), k * true, visible, torch.tensor([[k * k * 900.0]])) for k in (1, 2))
    assert near.item() == pytest.approx(far.item())


def test_loss_inputs_are_relative_to_the_canvas() -> None:
    corners = torch.tensor([[[10.0, 20, 1], [30, 20, 1], [30, 40, 0], [10, 40, 1]]])
    batch = SceneBatch(torch.zeros(4, 80, 100, 3), torch.tensor([[10.0, 20, 30, 40]]), corners, torch.tensor([3]))
    targets = loss_inputs(batch)
    assert targets["bboxes"].tolist() == [[pytest.approx(v) for v in (0.2, 0.375, 0.2, 0.25)]]
    assert targets["batch_idx"].tolist() == [3]
    assert targets["cls"].shape == (1, 1)
    expected = torch.tensor([[[0.1, 0.25, 1], [0.3, 0.25, 1], [0.3, 0.5, 0], [0.1, 0.5, 1]]])
    torch.testing.assert_close(targets["keypoints"], expected)
