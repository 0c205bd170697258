"""What recognition may never do is not in the house: no model or library that guesses age, sex, origin or mood (BIO-11, BIO-14)."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

from adapters import recognition
from adapters.sandbox import ROOT, Sandbox
from tests.house.tree import HERE, in_rooms, tree

# Every model file that may be opened, by what it does; anything else is an attribute nobody agreed to.
MODELS = {
    "shape_predictor_5_face_landmarks.dat": "where eyes and nose are, to turn the face upright",
    "dlib_face_recognition_resnet_model_v1.dat": "the numbers",
    "mmod_human_face_detector.dat": "a second way to find that there is a face",
}
# Libraries that look at pictures or learn from them. A new one has to be put here, where it is seen.
SEEING = {"dlib-bin", "face-recognition", "face-recognition-models", "numpy", "pillow"}
FAMILIES = re.compile(
    r"^(?:torch|tensorflow|keras|onnx|mediapipe|opencv|scikit|deepface|insightface|mtcnn|retina|fer\b|timm|transformers|jax|"
    r"dlib|face|numpy|pillow|ultralytics|yolo|facenet|hsemotion|py-feat|emotion|gender|age)"
)
ATTRIBUTES = re.compile(
    r"\b(?:age|gender|sex|race|ethnicity|emotion|mood|beauty|attractiveness)_(?:of|model|net|predictor|classifier|estimat\w*)\b"
    r"|\b(?:predict|estimate|classify|guess)_(?:age|gender|sex|race|ethnicity|emotion|mood)\b"
)


def test_only_these_models_are_ever_opened():
    assert set(recognition.SUMS) == set(MODELS)
    opened = {
        node.value
        for path in in_rooms("adapters", "models", "views", "tasks", "commands")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and re.search(r"^\S+\.(?:dat|onnx|pt|pth|h5|tflite|caffemodel|pb|bin)(?:\.bz2)?$", node.value)
    }  # fmt: skip
    assert opened == set(MODELS)
    folder = Path(find_spec("face_recognition_models").origin).parent / "models"
    unused = {path.name for path in folder.iterdir()} - set(MODELS)
    assert unused == {"shape_predictor_68_face_landmarks.dat"}, "comes with the library, and nothing opens it"


def test_no_library_that_guesses_what_somebody_is_like():
    names = re.findall(r"^([\w.-]+)==", (HERE / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for name in names if FAMILIES.match(name)} == SEEING


def test_no_code_of_ours_does():
    found = [
        f"{path}: {word}"
        for path in in_rooms("adapters", "models", "views", "tasks", "commands")
        for word in ATTRIBUTES.findall((HERE / path).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_road_leads_to_the_network_before_anybody_weighed_it():
    """BIO-01: a fresh child that prepares a photo has no recogniser in it, and its network is cut before it reads a byte (BIO-14)."""
    from tests import people

    with Sandbox() as fresh:
        before, _ = fresh.call("report", {})
        arguments = {"format": "JPEG", "encode": False, "scan_side": 2000}
        fresh.call("prepare", arguments, [people.scene((0,), seed=5)])
        after, _ = fresh.call("report", {})
        net = Path(f"/proc/{after['pid']}/net/dev").read_text().splitlines()[2:]
        cut = fresh.network_cut
    for report in (before, after):
        assert not {"face_recognition", "face_recognition_models"} & set(report["modules"])
        assert not report["encoder_loaded"]
        assert not {"socketserver", "http", "requests", "urllib3", "obstore"} & set(report["modules"])
        assert not any(
            secret in "".join(report["environment"]) for secret in ("KEY", "SECRET", "PASSWORD", "URL")
        )
    assert cut == after["network_cut"]
    if cut:
        assert [line.split(":")[0].strip() for line in net] in ([], ["lo"])
    source = (ROOT / "adapters" / "jail.py").read_text(encoding="utf-8")
    assert source.index("confine(parent, memory)") < source.index("functions = _closed_list()"), (
        "before any code that sees a photo"
    )
