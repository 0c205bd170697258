"""Faces and faceprints: what the sandbox's child runs (dlib) and what the worker computes (numpy)."""

from __future__ import annotations

import hashlib
import math
import sys
import types
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np

from adapters import scrub
from adapters.sandbox import Unfit

MODEL = "dlib-resnet-v1/5pt/j1"
NUMBERS = 128
VECTOR_BYTES = NUMBERS * 4
LONGEST = 1e6
SCAN_SIDE = 2000
MIN_SCORE = 0.1
# Below 35 px a faceprint says more about the pixels than about the face (measured on shrunk portraits).
MIN_PIXELS, SURE_PIXELS = 35, 50
# Variance of the Laplacian of the face at 96 px: drawn faces have 300 and more, and 10 when no eyelid can be told.
MIN_SHARPNESS = 12.0
# Where the base of the nose stands between the eyes, in distances of the eyes: aside 0 from the front, 0.28 at about
# 45 degrees; below 0.5 to 1.0 from the front.
MOST_ASIDE, LEAST_BELOW, MOST_BELOW = 0.28, 0.30, 1.40
SMALL, BLURRED, TURNED = "small", "blurred", "turned"
FLAWS = ("", SMALL, BLURRED, TURNED)
LIKELY, POSSIBLE, POSSIBLE_STRICT, SEARCH = 0.45, 0.50, 0.475, 0.60
# Two people at almost the same distance: which of the two it is, the numbers don't say.
CLOSE = 0.05
# More people mean more strangers near one of them; a faceprint of one photo is less sure.
CROWDED = 100
MAX_SOURCES = 10
HARDER_SIDE = 4000  # finds faces from 60 px in a photo of 12 megapixels, at three times the work
# Faces encoded at once: more gives no gain (measured), and all intermediate pictures are kept for each.
BATCH = 4

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
Numbers = bytes | bytearray | memoryview  # 128 little-endian float32


def find(pixels: np.ndarray) -> list[tuple[PixelBox, float]]:
    """Return the faces in an RGB array, best first, as pixel boxes that may cross the edge (child only)."""
    boxes, scores, _ = _detector().run(pixels, 0, MIN_SCORE)
    # dlib counts the score from the threshold it was given.
    found = [
        ((box.left(), box.top(), box.right() + 1, box.bottom() + 1), score + MIN_SCORE)
        for box, score in zip(boxes, scores, strict=True)
    ]
    return [face for face in found if _meets(face[0], pixels)]


def encode(pixels: np.ndarray, boxes: Sequence[PixelBox]) -> list[tuple[np.ndarray | None, str]]:
    """Return per box the faceprint, or None with the flaw that forbids one (child only; loads the network).

    Whoever asked overwrites the numbers; what the libraries keep of them is overwritten here.
    """
    import dlib

    library = _encoder()
    shapes = [library.pose_predictor_5_point(pixels, _rectangle(box)) for box in boxes]
    flaws = ["" if faces_the_camera(_points(shape)) else TURNED for shape in shapes]
    good = [shape for shape, flaw in zip(shapes, flaws, strict=True) if not flaw]
    vectors: list[np.ndarray] = []
    for start in range(0, len(good), BATCH):
        some = dlib.full_object_detections(good[start : start + BATCH])
        made = library.face_encoder.compute_face_descriptor(pixels, some, 1)
        vectors += [np.array(numbers, dtype="<f4") for numbers in made]
        del made
        scrub.overwrite(vectors[start:])
    rest = iter(vectors)
    return [(None if flaw else next(rest), flaw) for flaw in flaws]


def faces_the_camera(points: Sequence[tuple[float, float]]) -> bool:
    """Say whether a face looks far enough this way to be compared, by the corners of its eyes and its nose's base."""
    spots = np.asarray(points, dtype=np.float64)
    right, left = spots[:2].mean(axis=0), spots[2:4].mean(axis=0)
    apart = float(np.hypot(*(left - right)))
    if apart < 1:
        return False
    along = (left - right) / apart
    nose = (spots[4] - (left + right) / 2) / apart
    aside, below = abs(float(nose @ along)), abs(float(nose @ [-along[1], along[0]]))
    return aside <= MOST_ASIDE and LEAST_BELOW <= below <= MOST_BELOW


def _rectangle(box: PixelBox) -> Any:
    import dlib

    left, top, right, bottom = box
    return dlib.rectangle(left, top, right - 1, bottom - 1)


def _points(shape: Any) -> list[tuple[float, float]]:
    return [(shape.part(i).x, shape.part(i).y) for i in range(5)]


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
def _encoder() -> Any:
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
    # Its functions take one face at a time; the objects behind them take several, and give the landmarks too.
    return face_recognition.api


def _meets(box: PixelBox, pixels: np.ndarray) -> bool:
    height, width = pixels.shape[:2]
    return box[0] < width and box[1] < height and box[2] > 0 and box[3] > 0


def band(distance: float, *, sources: int, enrolled: int, pixels: int, minor: bool = False) -> Band | None:
    """Say how a distance to a person's faceprint may be shown: a first guess, a listed one, or not at all.

    `sources`: confirmed faces the faceprint is the mean of; `enrolled`: people with one; `pixels`: face width
    in the original. A band is a suggestion and never a name (BIO-05); of a minor it is never likely (BIO-09).
    """
    strict = minor or sources < 2 or enrolled > CROWDED
    if pixels < MIN_PIXELS or not distance <= (POSSIBLE_STRICT if strict else POSSIBLE):
        return None
    return "likely" if distance <= LIKELY and pixels >= SURE_PIXELS and not minor else "possible"


def distance(a: Numbers, b: Numbers) -> float:
    """Return the Euclidean distance of two faceprints."""
    apart = numbers_of(a) - numbers_of(b)
    far = math.sqrt(float(apart.dot(apart)))
    apart[:] = 0
    return far


def mean(vectors: Sequence[Numbers]) -> bytearray:
    """Return the mean faceprint, to be wiped by whoever asked; ValueError without any."""
    if not vectors:
        raise ValueError("a mean of nothing")
    made = bytearray(VECTOR_BYTES)
    # In float32 throughout: numpy converts between types in memory of its own, and leaves it as it is.
    total = np.frombuffer(made, dtype="<f4")
    for vector in vectors:
        total += numbers_of(vector)
    total /= np.float32(len(vectors))
    return made


def overlap(a: Box, b: Box) -> float:
    """Return intersection over union of two boxes (left, top, width, height), 0 to 1."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def numbers_of(vector: Numbers) -> np.ndarray:
    """Return the float32 numbers of a faceprint where they lie, without a copy; ValueError for anything else."""
    if memoryview(vector).nbytes != VECTOR_BYTES:
        raise ValueError("not a faceprint")
    numbers = np.frombuffer(vector, dtype="<f4")
    with np.errstate(all="ignore"):
        square = numbers.dot(numbers)
    # The square of a faceprint's length is about 2; nan and infinity fail the comparison too.
    if not square < LONGEST:
        raise ValueError("not a faceprint")
    return numbers


def wipe(vectors: Iterable[bytearray | np.ndarray | None]) -> None:
    """Overwrite faceprints with zeros, in the task that made them (BIO-04)."""
    for vector in vectors:
        if vector is not None:
            np.frombuffer(vector, dtype=np.uint8)[:] = 0
