"""Places under a roof."""

from __future__ import annotations

from demo.ground import Ground
from demo.paint import darker, lighter, mix


def corridor(g: Ground) -> None:
    """A bright hospital corridor, in perspective."""
    p, mid = g.palette, g.ratio * g.rng.uniform(0.42, 0.58)
    far = (mid - 0.20, 0.34, mid + 0.20, 0.62)
    g.box(0, 0, g.ratio, 1, lighter(p.wall, 0.2))
    g.shape([(0, 0), (g.ratio, 0), (far[2], far[1]), (far[0], far[1])], lighter(p.wall, 0.6))
    g.shape([(0, 1), (g.ratio, 1), (far[2], far[3]), (far[0], far[3])], mix(p.floor, p.accent, 0.12))
    g.shape([(0, 0), (far[0], far[1]), (far[0], far[3]), (0, 1)], p.wall)
    g.shape([(g.ratio, 0), (far[2], far[1]), (far[2], far[3]), (g.ratio, 1)], darker(p.wall, 0.06))
    g.box(*far, lighter(p.low, 0.5))
    g.box(mid - 0.12, 0.38, mid + 0.12, 0.62, lighter(p.high, 0.45))
    g.line([(mid, 0.38), (mid, 0.62)], 0.008, p.wall)
    for edge, wall in ((0.0, far[0]), (g.ratio, far[2])):
        for near, depth in ((0.30, 0.58), (0.70, 0.86)):
            xs = [edge + (wall - edge) * t for t in (near, depth)]
            tops = [0.16 + (0.37 - 0.16) * t for t in (near, depth)]
            feet = [1.0 + (0.62 - 1.0) * t for t in (near, depth)]
            g.shape(
                [(xs[0], tops[0]), (xs[1], tops[1]), (xs[1], feet[1]), (xs[0], feet[0])],
                mix(p.wood, p.wall, 0.35),
            )
        g.line([(edge, 0.72), (wall, 0.53)], 0.014, p.accent)
    for t in (0.15, 0.45, 0.7):
        y, half = 0.34 * t, 0.16 * (1 - t * 0.6)
        g.shape(
            [
                (mid - half, y),
                (mid + half, y),
                (mid + half * 0.8, y + 0.05 * (1 - t)),
                (mid - half * 0.8, y + 0.05 * (1 - t)),
            ],
            (255, 255, 250),
        )


def _window(g: Ground, left: float, top: float, right: float, bottom: float) -> None:
    p = g.palette
    g.box(left - 0.015, top - 0.015, right + 0.015, bottom + 0.015, lighter(p.wall, 0.7))
    g.box(left, top, right, bottom, p.high)
    g.box(left, (top + bottom) / 2, right, bottom, p.low)
    for _ in range(4):
        g.disc(
            g.rng.uniform(left + 0.06, right - 0.06), bottom - 0.035, 0.05, lighter(p.leaf, 0.15), up=0.035
        )
    g.line([((left + right) / 2, top), ((left + right) / 2, bottom)], 0.012, lighter(p.wall, 0.7))
    g.box(left - 0.03, bottom + 0.01, right + 0.03, bottom + 0.03, lighter(p.wall, 0.5))


def _room(g: Ground, line: float) -> None:
    p = g.palette
    g.fade(0, line, lighter(p.wall, 0.35), p.wall)
    g.fade(line, 1.0, p.floor, darker(p.floor, 0.12))
    g.box(0, line - 0.018, g.ratio, line, lighter(p.wall, 0.6))


def _plant(g: Ground, x: float, foot: float, size: float = 1.0) -> None:
    g.shape(
        [
            (x - 0.05 * size, foot - 0.11 * size),
            (x + 0.05 * size, foot - 0.11 * size),
            (x + 0.038 * size, foot),
            (x - 0.038 * size, foot),
        ],
        g.palette.accent,
    )
    for i in range(9):
        lean = (i - 4) / 4 * 0.13 * size
        tip = (x + lean, foot - (0.36 - 0.16 * abs(i - 4) / 4) * size)
        middle = (x + lean * 0.35, foot - 0.22 * size)
        leaf = mix(g.palette.leaf, (30, 70, 50), (i % 3) * 0.2)
        g.shape(
            [
                (x, foot - 0.10 * size),
                (middle[0] - 0.018 * size, middle[1]),
                tip,
                (middle[0] + 0.018 * size, middle[1]),
            ],
            leaf,
        )


def _books(g: Ground, left: float, right: float, foot: float, tall: float) -> None:
    x = left
    while x < right - 0.012:
        wide = min(g.rng.uniform(0.012, 0.03), right - x)
        colour = mix(
            g.rng.choice((g.palette.accent, g.palette.wood, g.palette.leaf, g.palette.high)),
            (90, 60, 70),
            g.rng.uniform(0, 0.55),
        )
        if g.rng.random() < 0.92:
            g.box(x, foot - tall * g.rng.uniform(0.68, 0.95), x + wide - 0.002, foot, colour)
        x += wide


def ward(g: Ground) -> None:
    """A patient's room: window, curtain, bed, monitor."""
    p = g.palette
    _room(g, 0.76)
    _window(g, g.ratio * 0.08, 0.12, g.ratio * 0.34, 0.50)
    for i in range(9):
        left = g.ratio * 0.80 + i * 0.05
        g.box(left, 0.04, left + 0.05, 0.86, mix(p.accent, lighter(p.accent, 0.7), 0.55 + 0.25 * (i % 2)))
    g.box(g.ratio * 0.40, 0.58, g.ratio * 0.78, 0.68, (250, 250, 250), round_=0.02)
    g.box(g.ratio * 0.40, 0.62, g.ratio * 0.70, 0.74, lighter(p.high, 0.35), round_=0.015)
    g.box(g.ratio * 0.76, 0.46, g.ratio * 0.78, 0.78, lighter(p.wood, 0.3))
    g.box(g.ratio * 0.55, 0.16, g.ratio * 0.68, 0.32, (44, 54, 62), round_=0.012)
    trace = [(g.ratio * (0.56 + 0.011 * i), 0.24 + (0, 0, -0.05, 0.04, 0)[i % 5]) for i in range(11)]
    g.line(trace, 0.005, (120, 220, 160))


def office(g: Ground) -> None:
    """A room with shelves, a window and a plant."""
    _room(g, 0.84)
    _window(g, g.ratio * 0.56, 0.12, g.ratio * 0.90, 0.52)
    for row in range(3):
        foot = 0.26 + 0.19 * row
        _books(g, g.ratio * 0.06, g.ratio * 0.40, foot, 0.14)
        g.box(g.ratio * 0.05, foot, g.ratio * 0.41, foot + 0.016, g.palette.wood)
    _plant(g, g.ratio * 0.48, 0.90, 1.2)


def classroom(g: Ground) -> None:
    """A board, drawings on the wall, chairs."""
    _room(g, 0.82)
    g.box(g.ratio * 0.22, 0.10, g.ratio * 0.78, 0.48, g.palette.wood, round_=0.01)
    g.box(g.ratio * 0.23, 0.12, g.ratio * 0.77, 0.46, (58, 92, 82))
    for i in range(4):
        y = 0.19 + 0.06 * i
        g.line([(g.ratio * 0.27, y), (g.ratio * g.rng.uniform(0.4, 0.7), y + 0.005)], 0.006, (215, 228, 220))
    for i in range(6):
        left = g.ratio * (0.03 if i < 3 else 0.83)
        top = 0.12 + 0.13 * (i % 3)
        g.box(left, top, left + 0.13, top + 0.10, (252, 250, 244))
        g.disc(
            left + 0.065, top + 0.05, 0.03, g.rng.choice((g.palette.accent, g.palette.leaf, g.palette.high))
        )


def stage(g: Ground) -> None:
    """Curtains, spotlights, boards."""
    p = g.palette
    g.fade(0, 0.8, darker(p.accent, 0.72), darker(p.accent, 0.5))
    for i in range(int(g.ratio / 0.05) + 1):
        if not 0.18 * g.ratio < i * 0.05 < 0.80 * g.ratio:
            g.box(
                i * 0.05,
                0,
                i * 0.05 + 0.05,
                0.82,
                darker(mix(p.accent, (150, 40, 50), 0.6), 0.15 + 0.2 * (i % 2)),
            )
    g.fade(0.80, 1.0, p.wood, darker(p.wood, 0.3))
    for i in range(5):
        x = g.ratio * (0.22 + 0.14 * i)
        g.box(x - 0.02, 0.02, x + 0.02, 0.06, (30, 30, 34))
        g.glow(x + 0.02, 0.30, 0.26, (255, 240, 205), 0.42)
    g.box(g.ratio * 0.34, 0.10, g.ratio * 0.66, 0.19, lighter(p.low, 0.4), round_=0.01)
    g.box(g.ratio * 0.38, 0.135, g.ratio * 0.62, 0.155, p.accent)


def library(g: Ground) -> None:
    """Shelves full of books."""
    _room(g, 0.90)
    for column in range(int(g.ratio / 0.5) + 1):
        left = column * 0.5 + 0.02
        g.box(left, 0.04, left + 0.46, 0.90, darker(g.palette.wood, 0.15))
        for row in range(4):
            foot = 0.24 + 0.21 * row
            g.box(left + 0.015, foot - 0.185, left + 0.445, foot, darker(g.palette.wood, 0.5))
            _books(g, left + 0.02, left + 0.44, foot, 0.17)


def canteen(g: Ground) -> None:
    """Hanging lamps, a counter, a window on the garden."""
    p = g.palette
    _room(g, 0.80)
    _window(g, g.ratio * 0.06, 0.16, g.ratio * 0.52, 0.50)
    g.box(g.ratio * 0.60, 0.52, g.ratio, 0.82, p.wood, round_=0.01)
    g.box(g.ratio * 0.58, 0.50, g.ratio, 0.535, lighter(p.wood, 0.35))
    g.box(g.ratio * 0.64, 0.14, g.ratio * 0.94, 0.34, (60, 66, 70), round_=0.01)
    for i in range(4):
        g.line(
            [(g.ratio * 0.67, 0.18 + 0.04 * i), (g.ratio * g.rng.uniform(0.76, 0.90), 0.18 + 0.04 * i)],
            0.007,
            (236, 230, 214),
        )
    for i in range(3):
        x = g.ratio * (0.15 + 0.17 * i)
        g.line([(x, 0), (x, 0.07)], 0.004, (60, 60, 60))
        g.shape([(x - 0.05, 0.11), (x - 0.02, 0.07), (x + 0.02, 0.07), (x + 0.05, 0.11)], p.accent)
        g.glow(x, 0.13, 0.10, (255, 240, 200), 0.6)


def flowers(g: Ground) -> None:
    """A vase and cups on a table."""
    p = g.palette
    _room(g, 0.70)
    _window(g, g.ratio * 0.60, 0.08, g.ratio * 0.92, 0.46)
    g.fade(0.70, 1.0, lighter(p.wood, 0.25), p.wood)
    x = g.ratio * g.rng.uniform(0.28, 0.42)
    for _ in range(16):
        tip = (x + g.rng.uniform(-0.22, 0.22), g.rng.uniform(0.20, 0.42))
        g.line([(x, 0.60), tip], 0.007, darker(p.leaf, 0.2))
        bloom = g.rng.choice(((226, 92, 96), (240, 180, 70), (236, 226, 232), (176, 120, 190)))
        for dx, dy in ((-0.02, 0), (0.02, 0), (0, -0.02), (0, 0.02)):
            g.disc(tip[0] + dx, tip[1] + dy, 0.022, bloom)
        g.disc(*tip, 0.014, (250, 226, 140))
    g.shape(
        [(x - 0.07, 0.55), (x + 0.07, 0.55), (x + 0.05, 0.80), (x - 0.05, 0.80)], mix(p.accent, p.low, 0.3)
    )
    for i in range(2):
        cup = g.ratio * (0.62 + 0.16 * i)
        g.disc(cup, 0.855, 0.11, lighter(p.wall, 0.6), up=0.028)
        g.shape(
            [(cup - 0.065, 0.74), (cup + 0.065, 0.74), (cup + 0.045, 0.85), (cup - 0.045, 0.85)],
            (252, 252, 250),
        )
        g.disc(cup, 0.74, 0.065, (120, 80, 56), up=0.016)
