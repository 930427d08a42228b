"""A reader goes on from weights that know fewer characters and countries: rows go by what they stand for."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from src.core.card import Start, sha256_of
from src.models.detector import PlateDetector
from src.training.ocr import OCRModule
from src.training.weights import Rows, WeightsError, load_weights, save_weights, starts_of


def last_layer(rows: int) -> nn.Module:
    return nn.ModuleDict({"body": nn.Linear(2, 3), "last": nn.Linear(3, rows)})


def exported(folder: Path, model: nn.Module, stated: Mapping[str, object]) -> Path:
    save_weights(model, folder / "weights.safetensors")
    (folder / "card.json").write_text(json.dumps(stated))
    return folder


def test_rows_go_by_their_labels(tmp_path: Path) -> None:
    shipped, target = last_layer(3), last_layer(4)
    fresh = target["last"].weight.detach().clone()
    folder = exported(tmp_path, shipped, {"regions": ["DE", "PL", "RU"]})
    load_weights(target, folder, rows=[Rows("last", "regions", ("BO", "DE", "RU", "XX"))])
    weight, before = target["last"].weight, shipped["last"].weight.half().float()
    torch.testing.assert_close(weight[[1, 2]], before[[0, 2]])
    torch.testing.assert_close(weight[[0, 3]], fresh[[0, 3]])
    torch.testing.assert_close(target["last"].bias[1], shipped["last"].bias[0].half().float())
    torch.testing.assert_close(target["body"].weight, shipped["body"].weight.half().float())


def test_the_blank_stays_in_front_of_the_characters(tmp_path: Path) -> None:
    shipped, target = last_layer(3), last_layer(4)
    folder = exported(tmp_path, shipped, {"alphabet": "AB"})
    load_weights(target, folder, rows=[Rows("last", "alphabet", tuple("ÄAB"), first=1)])
    torch.testing.assert_close(target["last"].weight[[0, 2, 3]], shipped["last"].weight.half().float())


def test_a_checkpoint_says_what_its_rows_are(tmp_path: Path) -> None:
    shipped, target = last_layer(1), last_layer(2)
    state = {f"model.{name}": value for name, value in shipped.state_dict().items()}
    torch.save({"state_dict": state, "hyper_parameters": {"regions": ["DE"]}}, tmp_path / "best.ckpt")
    load_weights(target, tmp_path / "best.ckpt", rows=[Rows("last", "regions", ("BO", "DE"))])
    torch.testing.assert_close(target["last"].weight[1:], shipped["last"].weight)


def test_rows_that_nobody_names_must_be_as_many(tmp_path: Path) -> None:
    folder = exported(tmp_path, last_layer(1), {})
    with pytest.raises(WeightsError, match=r"weights\.safetensors: size mismatch for last\.weight"):
        load_weights(last_layer(2), folder, rows=[Rows("last", "regions", ("BO", "DE"))])


def test_a_layer_of_another_width_is_refused(tmp_path: Path) -> None:
    folder = exported(tmp_path, nn.ModuleDict({"last": nn.Linear(4, 1)}), {"regions": ["DE"]})
    target = nn.ModuleDict({"last": nn.Linear(3, 2)})
    with pytest.raises(WeightsError, match=r"size mismatch for last\.weight"):
        load_weights(target, folder, rows=[Rows("last", "regions", ("BO", "DE"))])


def test_a_reader_is_given_a_character_and_a_country(tmp_path: Path) -> None:
    small = {"cut_after": 1, "width_kept": [], "head_width": 8}
    shipped = OCRModule(["DE", "RU"], alphabet="AB", **small)
    grown = OCRModule(["BO", "DE", "RU"], alphabet="ABΓ", **small)
    folder = exported(tmp_path, shipped.model, {"alphabet": "AB", "regions": ["DE", "RU"]})
    load_weights(grown.model, folder, rows=grown.rows)
    images = torch.randint(0, 255, (2, 48, 128, 3), dtype=torch.uint8)
    with torch.no_grad():
        texts, regions, _ = shipped.model.eval()(images)
        more_texts, more_regions, _ = grown.model.eval()(images)
    torch.testing.assert_close(more_texts[..., :3].log_softmax(-1), texts, atol=5e-3, rtol=0)
    torch.testing.assert_close(more_regions[:, 1:].log_softmax(-1), regions, atol=5e-3, rtol=0)


@pytest.mark.parametrize(("before", "after"), [(32, 48), (48, 32)])
def test_a_reader_goes_on_with_crops_of_another_height(tmp_path: Path, before: int, after: int) -> None:
    """All its weights are taken; a network of other channels still cannot have them."""
    small = {"alphabet": "AB", "head_width": 8}
    shipped = OCRModule(["DE"], size=(before, 64), **small)
    taller = OCRModule(["DE"], size=(after, 64), **small)
    folder = exported(tmp_path, shipped.model, {"alphabet": "AB", "regions": ["DE"]})
    load_weights(taller.model, folder, rows=taller.rows)
    torch.testing.assert_close(taller.model.head.classify.weight, shipped.model.head.classify.weight.half().float())
    for module in (shipped, taller):
        module.eval()
    grey = [torch.full((1, height, 64, 3), 90, dtype=torch.uint8) for height in (before, after)]
    columns = [m.model(image)[0][0, 6:10] for m, image in zip((shipped, taller), grey, strict=True)]
    torch.testing.assert_close(columns[0], columns[1], atol=0.1, rtol=0.1)  # but for the upper and lower edge
    with pytest.raises(WeightsError, match="Unexpected key"):
        load_weights(OCRModule(["DE"], size=(after, 64), cut_after=4, **small).model, folder)


def of_coco(network: PlateDetector) -> dict[str, torch.Tensor]:
    """The state of a network of ultralytics with the same body and other classes."""
    state = {name.removeprefix("network."): value for name, value in network.state_dict().items()}
    state["model.23.cv3.0.2.weight"] = torch.zeros(80, 64, 1, 1)
    return state | {"model.23.one2one_cv2.0.2.bias": torch.zeros(64)}


def test_the_detector_takes_over_what_fits_of_a_network_of_other_classes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trained, target = PlateDetector(), PlateDetector()
    fresh = target.state_dict()["network.model.23.cv3.0.2.weight"].clone()
    save_file(of_coco(trained), tmp_path / "weights.safetensors")
    with caplog.at_level("INFO"):
        load_weights(target, tmp_path)
    first = "network.model.0.conv.weight"
    torch.testing.assert_close(target.state_dict()[first], trained.state_dict()[first])
    torch.testing.assert_close(target.state_dict()["network.model.23.cv3.0.2.weight"], fresh)
    assert "100.0 % of the weights are taken over, not those of network.model.23.cv3.0.2" in caplog.text


def test_a_network_of_another_width_is_no_start(tmp_path: Path) -> None:
    save_file(of_coco(PlateDetector()), tmp_path / "weights.safetensors")
    with pytest.raises(WeightsError, match=r"weights\.safetensors: \d+% of the network's weights are there, .* 90%"):
        load_weights(PlateDetector(width=0.1875), tmp_path)


def test_weights_say_what_they_were_trained_from_and_on(tmp_path: Path) -> None:
    bare = tmp_path / "coco" / "weights.safetensors"
    bare.parent.mkdir()
    save_file({"a": torch.zeros(1)}, bare)
    (coco,) = starts_of(bare.parent)
    assert coco == {"name": "coco", "sha256": sha256_of(bare), "trained_on": {}}

    folder = tmp_path / "detector"
    folder.mkdir()
    card = {"commit": "0123456789", "trained_on": {"open_lpr": 3, "samples_drawn": 9}, "started_from": [coco]}
    exported(folder, last_layer(1), card)
    first, second = starts_of(folder)
    assert first == coco
    assert second["name"] == "detector 0123456"
    assert second["trained_on"] == card["trained_on"]

    checkpoint = tmp_path / "run" / "checkpoints" / "best.ckpt"
    checkpoint.parent.mkdir(parents=True)
    provenance = {"sources": {"tunisia": 2}, "samples": 7, "started_from": [first, second]}
    torch.save({"state_dict": {}, "provenance": provenance}, checkpoint)
    *earlier, last = starts_of(checkpoint)
    assert earlier == [first, second]
    assert last == {
        "name": "run",
        "sha256": sha256_of(checkpoint),
        "trained_on": {"tunisia": 2, "samples_drawn": 7},
    }
    assert [Start.model_validate(start).name for start in (*earlier, last)] == ["coco", "detector 0123456", "run"]


def test_pretrained_takes_over_what_ultralytics_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = PlateDetector()

    class Downloaded(nn.Module):
        def state_dict(self) -> dict[str, torch.Tensor]:
            return of_coco(trained)

    monkeypatch.setattr("src.models.detector.load_checkpoint", lambda name: (Downloaded(), {"name": name}))
    first = "network.model.0.conv.weight"
    torch.testing.assert_close(PlateDetector(pretrained=True).state_dict()[first], trained.state_dict()[first])
