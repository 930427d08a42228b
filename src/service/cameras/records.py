"""What is told of a camera: its record as it is stored, without its password, and how it is just now."""

from src.service.api.responses import CameraRecord, CameraState
from src.service.store import Camera
from src.video.address import hide_password

STORED = CameraRecord.model_fields.keys() - {"state", "source"}


def camera_record(camera: Camera, state: CameraState) -> CameraRecord:
    """Returns what is told of ``camera``."""
    stored = {field: getattr(camera, field) for field in STORED}
    source = None if camera.source is None else hide_password(camera.source)
    return CameraRecord.model_validate({**stored, "source": source, "state": state})
