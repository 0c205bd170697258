"""Every way a file may store colour, brought to sRGB; runs in the sandbox's child."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageCms

# LittleCMS stamps a new profile with the time of day, which would make each copy of a photo differ.
PROFILE_DATE = slice(24, 36)


def resizable(image: Image.Image) -> Image.Image:
    """Bring the modes that cannot be averaged (palettes, bits, keyed colours, 16 bits) into one that can."""
    if image.mode.startswith("I;16"):
        wide = np.asarray(image)
        return _carry(image, Image.fromarray((wide >> 8).astype(np.uint8)))
    if "transparency" in image.info or image.mode == "PA":
        return _carry(image, image.convert("RGBA"))
    if image.mode in ("P", "1"):
        return _carry(image, image.convert("RGB" if image.mode == "P" else "L"))
    return image


def _carry(source: Image.Image, target: Image.Image) -> Image.Image:
    target.info = {"icc_profile": source.info.get("icc_profile")}
    return target


def rgb(image: Image.Image) -> Image.Image:
    """Return RGB: alpha on white, CMYK and LAB by their profile, 32-bit greys scaled to their range."""
    if image.mode == "RGB":
        return image
    if image.mode in ("RGBA", "LA", "La", "RGBa"):
        image_ = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image_, mask=image_.getchannel("A"))
        return _carry(image, white)
    if image.mode in ("CMYK", "LAB"):
        return _by_profile(image)
    if image.mode in ("I", "F"):
        values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0, neginf=0).clip(min=0)
        top = values.max(initial=0)
        scale = next(
            (full for full in (1, 255, 65535) if top <= full and (full > 1 or image.mode == "F")), top
        )
        return Image.fromarray((values * (255 / scale)).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")


def _by_profile(image: Image.Image) -> Image.Image:
    """Convert CMYK or LAB to sRGB through LittleCMS; CMYK without a usable profile by arithmetic."""
    try:
        source = ImageCms.ImageCmsProfile(
            ImageCms.createProfile("LAB") if image.mode == "LAB" else io.BytesIO(image.info["icc_profile"])
        )
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        if converted is None:
            return image.convert("RGB")
        converted.info = {}
        return converted
    except (ImageCms.PyCMSError, KeyError, TypeError, OSError):
        return image.convert("RGB")


def srgb(image: Image.Image) -> Image.Image:
    """Return the picture in sRGB; without a readable profile it is taken to be that already."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        if profile.profile.xcolor_space.strip() != "RGB" or "sRGB" in (
            profile.profile.profile_description or ""
        ):
            return image
        converted = ImageCms.profileToProfile(
            image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        return converted if converted is not None else image
    except (ImageCms.PyCMSError, KeyError, TypeError, OSError, ValueError):
        return image


@cache
def srgb_profile() -> bytes:
    """The sRGB profile that copies carry, the same bytes every time."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[PROFILE_DATE] = bytes.fromhex("07d000010001000000000000")
    return bytes(profile)
