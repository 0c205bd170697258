"""Faces and faceprints: what the sandbox's child runs (dlib) and what the worker computes (numpy)."""

from __future__ import annotations

import hashlib
import math
import sys
import types
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np

from adapters.sandbox import Unfit

MODEL = "dlib-resnet-v1/5pt/j1"
NUMBERS = 128
VECTOR_BYTES = NUMBERS * 4
SCAN_SIDE = 2000
MIN_SCORE = 0.1
# Below 35 px a faceprint says more about the pixels than about the face (measured on shrunk portraits).
MIN_PIXELS, SURE_PIXELS = 35, 50
LIKELY, POSSIBLE, POSSIBLE_STRICT, SEARCH = 0.45, 0.50, 0.475, 0.60
# More people mean more strangers near one of them; a faceprint of one photo is less sure.
CROWDED = 100
MAX_SOURCES = 10

# The 68-point landmarks are missing on purpose: their training licence excludes commercial use.
FIVE_POINTS = "shape_predictor_5_face_landmarks.dat"
RESNET = "dlib_face_recognition_resnet_model_v1.dat"
CNN = "mmod_human_face_detector.dat"
SUMS = {
    FIVE_POINTS: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    RESNET: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    CNN: "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
}

Box = tuple[float, float, float, float]  # left, top, width, height
PixelBox = tuple[int, int, int, int]  # left, top, right, bottom
Band = Literal["likely", "possible"]


def find(pixels: np.ndarray) -> list[tuple[PixelBox, float]]:
    """Return the faces in an RGB array, best first, as pixel boxes that may cross the edge (child only)."""
    boxes, scores, _ = _detector().run(pixels, 0, MIN_SCORE)
    # dlib counts the score from the threshold it was given.
    found = [
        ((box.left(), box.top(), box.right() + 1, box.bottom() + 1), score + MIN_SCORE)
        for box, score in zip(boxes, scores, strict=True)
    ]
    return [face for face in found if _meets(face[0], pixels)]


def encode(pixels: np.ndarray, box: PixelBox) -> bytes:
    """Return the faceprint in this box: 128 little-endian float32 (child only; loads the network)."""
    left, top, right, bottom = box
    (numbers,) = _encoder().face_encodings(pixels, [(top, right, bottom, left)], num_jitters=1, model="small")
    return np.asarray(numbers, dtype="<f4").tobytes()


def check_models() -> Path:
    """Return the folder of the recogniser's files, or raise Unfit when one is missing or altered."""
    spec = find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise Unfit("the recogniser's files are not installed")
    folder = Path(spec.origin).parent / "models"
    for name, expected in SUMS.items():
        try:
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError:
            raise Unfit(f"{name} cannot be read") from None
        if digest != expected:
            raise Unfit(f"{name} is not the file it should be")
    return folder


@cache
def _detector() -> Any:
    """Return dlib's HOG detector; it needs no model file and encodes nothing."""
    import dlib

    return dlib.get_frontal_face_detector()


@cache
def _encoder() -> types.ModuleType:
    """Import face_recognition with a stand-in that names only the files we may and do use."""
    folder = check_models()
    places: Any = types.ModuleType("face_recognition_models")
    places.pose_predictor_model_location = lambda: str(folder / FIVE_POINTS)
    places.pose_predictor_five_point_model_location = lambda: str(folder / FIVE_POINTS)
    places.face_recognition_model_location = lambda: str(folder / RESNET)
    places.cnn_face_detector_model_location = lambda: str(folder / CNN)
    sys.modules["face_recognition_models"] = places
    import face_recognition
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # the import above switches it on for the whole process
    return face_recognition


def _meets(box: PixelBox, pixels: np.ndarray) -> bool:
    height, width = pixels.shape[:2]
    return box[0] < width and box[1] < height and box[2] > 0 and box[3] > 0


def band(distance: float, *, sources: int, enrolled: int, pixels: int) -> Band | None:
    """Say how a distance to a person's faceprint may be shown: a first guess, a listed one, or not at all.

    `sources`: confirmed faces the faceprint is the mean of; `enrolled`: people with one; `pixels`: face width
    in the original. A band is a suggestion and never a name (BIO-05).
    """
    strict = sources < 2 or enrolled > CROWDED
    if pixels < MIN_PIXELS or not distance <= (POSSIBLE_STRICT if strict else POSSIBLE):
        return None
    return "likely" if distance <= LIKELY and pixels >= SURE_PIXELS else "possible"


def distance(a: bytes, b: bytes) -> float:
    """Return the Euclidean distance of two faceprints."""
    return float(np.linalg.norm(_numbers(a) - _numbers(b)))


def mean(vectors: Sequence[bytes]) -> bytes:
    """Return the mean faceprint; ValueError without any."""
    if not vectors:
        raise ValueError("a mean of nothing")
    return np.mean([_numbers(vector) for vector in vectors], axis=0).astype("<f4").tobytes()


def overlap(a: Box, b: Box) -> float:
    """Return intersection over union of two boxes (left, top, width, height), 0 to 1."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def _numbers(vector: bytes) -> np.ndarray:
    """Return float64 numbers; ValueError for anything but 128 finite ones."""
    numbers = np.frombuffer(vector, dtype="<f4").astype(np.float64)
    if numbers.shape != (NUMBERS,) or not np.isfinite(numbers).all():
        raise ValueError("not a faceprint")
    return numbers


class Gallery:
    """The faceprints of the people who agreed to be recognised, in memory only, searched exactly.

    Each row ends in half its squared length, so that one product ranks by distance.
    """

    def __init__(self) -> None:
        self._rows = np.zeros((64, NUMBERS + 1), dtype=np.float32)
        self._codes: list[str] = []
        self._places: dict[str, int] = {}
        self._sources: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: str) -> bool:
        return code in self._places

    def sources(self, code: str) -> int:
        """Return how many confirmed faces this person's faceprint is the mean of."""
        return self._sources[code]

    def add(self, code: str, vector: bytes, sources: int) -> None:
        """Enter a person's faceprint, or put a new one in the place of the old."""
        numbers = _numbers(vector)
        place = self._places.get(code, len(self._codes))
        if place == len(self._rows):
            self._grow()
        self._rows[place, :NUMBERS] = numbers
        self._rows[place, NUMBERS] = -(numbers @ numbers) / 2
        if place == len(self._codes):
            self._codes.append(code)
            self._places[code] = place
        self._sources[code] = sources

    def remove(self, code: str) -> None:
        """Forget a person, known or not: the last row takes the place, its old place is zeroed."""
        place = self._places.pop(code, None)
        if place is None:
            return
        del self._sources[code]
        last = len(self._codes) - 1
        moved = self._codes.pop()
        if place != last:
            self._rows[place] = self._rows[last]
            self._codes[place] = moved
            self._places[moved] = place
        self._rows[last] = 0

    def nearest(self, vector: bytes, limit: int = 5) -> list[tuple[str, float]]:
        """Return up to `limit` people, nearest first, with their exact distances."""
        numbers = _numbers(vector)
        query = np.append(numbers, 1).astype(np.float32)
        closeness = self._rows[: len(self._codes)] @ query
        if len(closeness) > limit:
            places = np.argpartition(closeness, -limit)[-limit:]
        else:
            places = np.arange(len(closeness))
        exact = np.linalg.norm(self._rows[places, :NUMBERS].astype(np.float64) - numbers, axis=1)
        return [(self._codes[places[i]], float(exact[i])) for i in np.argsort(exact, kind="stable")]

    def _grow(self) -> None:
        """Double the room and leave no copy of a faceprint behind."""
        old = self._rows
        self._rows = np.zeros((2 * len(old), NUMBERS + 1), dtype=np.float32)
        self._rows[: len(old)] = old
        old[:] = 0


def is_faceprint(vector: bytes) -> bool:
    """Say whether these bytes are 128 finite float32."""
    return len(vector) == VECTOR_BYTES and all(
        map(math.isfinite, np.frombuffer(vector, dtype="<f4").tolist())
    )
