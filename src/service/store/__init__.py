"""What the service keeps: pictures, what was read in them, keys, their use and the audit.

All functions are synchronous and may run in any thread. What they return is no longer bound to the database.
"""

from src.service.scopes import SCOPES_OF, Role, Scope
from src.service.store.acknowledgement import acknowledge
from src.service.store.answers import (
    Claim,
    ClaimLostError,
    FirstAnswer,
    InWork,
    NewAnswer,
    OtherRequest,
    claim_answer,
    expire_answers,
    release_claim,
)
from src.service.store.audit import SERVICE, Action, Actor, record
from src.service.store.audit_search import AuditEntry, AuditPage, AuditQuery, search_audit
from src.service.store.cameras import (
    Camera,
    NameTakenError,
    NoPlaceError,
    all_cameras,
    camera,
    change_camera,
    create_camera,
    delete_camera,
    deleted_cameras,
)
from src.service.store.corrections import Correction, NewText, correct, history
from src.service.store.counts import CameraSightings, Counts, camera_sightings, statistics
from src.service.store.deliveries import (
    DeliveryEntry,
    DeliveryPage,
    DeliveryQuery,
    TooLateError,
    delete_all_dead,
    delete_dead,
    expire_deliveries,
    search_deliveries,
    send_again,
    send_all_again,
)
from src.service.store.key_changes import (
    KeyPage,
    KeyQuery,
    LastAdministratorError,
    change_key,
    find_key,
    revoke_as_administrator,
    search_keys,
)
from src.service.store.keys import (
    ApiKeyError,
    Key,
    NewKey,
    create_key,
    list_keys,
    revoke_key,
    verify_key,
)
from src.service.store.passages import NewPassage, UnknownCameraError, save_passage
from src.service.store.pictures import Pictures, open_pictures
from src.service.store.plates import PlateSightings, plate
from src.service.store.recognitions import (
    Decided,
    MakeAnswer,
    NewImage,
    StoredImage,
    Upload,
    decide_recognitions,
    save_recognitions,
)
from src.service.store.removal import delete_plate, delete_sighting
from src.service.store.retention import Expired, expire, sweep
from src.service.store.sighting_export import exported_sightings
from src.service.store.sightings import Page, search, sighting
from src.service.store.stored_pictures import StoredPicture, latest_picture, picture
from src.service.store.unmatched import expire_unmatched
from src.service.store.usage import Allowed, Refused, count_use, used_today
from src.service.text import TextError

__all__ = [
    "SCOPES_OF",
    "SERVICE",
    "Action",
    "Actor",
    "Allowed",
    "ApiKeyError",
    "AuditEntry",
    "AuditPage",
    "AuditQuery",
    "Camera",
    "CameraSightings",
    "Claim",
    "ClaimLostError",
    "Correction",
    "Counts",
    "Decided",
    "DeliveryEntry",
    "DeliveryPage",
    "DeliveryQuery",
    "Expired",
    "FirstAnswer",
    "InWork",
    "Key",
    "KeyPage",
    "KeyQuery",
    "LastAdministratorError",
    "MakeAnswer",
    "NameTakenError",
    "NewAnswer",
    "NewImage",
    "NewKey",
    "NewPassage",
    "NewText",
    "NoPlaceError",
    "OtherRequest",
    "Page",
    "Pictures",
    "PlateSightings",
    "Refused",
    "Role",
    "Scope",
    "StoredImage",
    "StoredPicture",
    "TextError",
    "TooLateError",
    "UnknownCameraError",
    "Upload",
    "acknowledge",
    "all_cameras",
    "camera",
    "camera_sightings",
    "change_camera",
    "change_key",
    "claim_answer",
    "correct",
    "count_use",
    "create_camera",
    "create_key",
    "decide_recognitions",
    "delete_all_dead",
    "delete_camera",
    "delete_dead",
    "delete_plate",
    "delete_sighting",
    "deleted_cameras",
    "expire",
    "expire_answers",
    "expire_deliveries",
    "expire_unmatched",
    "exported_sightings",
    "find_key",
    "history",
    "latest_picture",
    "list_keys",
    "open_pictures",
    "picture",
    "plate",
    "record",
    "release_claim",
    "revoke_as_administrator",
    "revoke_key",
    "save_passage",
    "save_recognitions",
    "search",
    "search_audit",
    "search_deliveries",
    "search_keys",
    "send_again",
    "send_all_again",
    "sighting",
    "statistics",
    "sweep",
    "used_today",
    "verify_key",
]
