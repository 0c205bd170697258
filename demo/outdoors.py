"""Places under the sky."""

from __future__ import annotations

from demo.ground import Ground
from demo.paint import darker, lighter, mix


def _sky(g: Ground, horizon: float) -> None:
    p = g.palette
    g.fade(0, horizon, p.high, p.low)
    g.glow(g.ratio * g.rng.uniform(0.1, 0.9), 0.12, 0.28, (255, 250, 225), 0.7)
    for _ in range(g.rng.randrange(2, 5)):
        x, y = g.ratio * g.rng.random(), g.rng.uniform(0.05, horizon * 0.55)
        for _ in range(5):
            g.disc(
                x + g.rng.uniform(-0.1, 0.1),
                y + g.rng.uniform(-0.015, 0.015),
                g.rng.uniform(0.04, 0.09),
                lighter(p.low, 0.55),
                up=0.028,
            )


def _tree(g: Ground, x: float, foot: float, size: float) -> None:
    leaf = mix(g.palette.leaf, (40, 80, 60), g.rng.uniform(0, 0.3))
    g.box(x - 0.018 * size, foot - 0.30 * size, x + 0.018 * size, foot, darker(g.palette.wood, 0.35))
    for _ in range(11):
        dx, dy = g.rng.uniform(-0.13, 0.13) * size, g.rng.uniform(-0.16, 0.10) * size
        g.disc(
            x + dx,
            foot - 0.42 * size + dy,
            g.rng.uniform(0.07, 0.12) * size,
            mix(leaf, lighter(leaf, 0.25), 0.5 - dy),
        )


def park(g: Ground) -> None:
    """Lawn, path and trees."""
    _sky(g, 0.62)
    leaf = g.palette.leaf
    for row, shade in enumerate((0.45, 0.25)):
        hills = [
            (x * 0.2, 0.60 + 0.05 * row - g.rng.uniform(0.02, 0.10)) for x in range(int(g.ratio / 0.2) + 2)
        ]
        g.shape([(0, 1), *hills, (g.ratio, 1)], lighter(leaf, shade))
    g.fade(0.64, 1.0, lighter(leaf, 0.18), darker(leaf, 0.12))
    turn = g.ratio * g.rng.uniform(0.3, 0.7)
    g.shape(
        [(turn - 0.03, 0.64), (turn + 0.04, 0.64), (turn + 0.5, 1), (turn - 0.35, 1)],
        lighter(g.palette.floor, 0.4),
    )
    for _ in range(7):
        _tree(g, g.ratio * g.rng.random(), g.rng.uniform(0.64, 0.72), g.rng.uniform(0.8, 1.25))


def street(g: Ground) -> None:
    """A row of gabled houses."""
    _sky(g, 0.8)
    x = -g.rng.uniform(0, 0.15)
    while x < g.ratio:
        wide, tall = g.rng.uniform(0.22, 0.34), g.rng.uniform(0.30, 0.46)
        wall = mix(g.palette.wall, (176, 104, 84), g.rng.uniform(0.1, 0.8))
        top = 0.78 - tall
        g.box(x, top, x + wide, 0.80, wall)
        g.shape(
            [(x - 0.01, top), (x + wide / 2, top - g.rng.uniform(0.08, 0.16)), (x + wide + 0.01, top)],
            darker(wall, 0.45),
        )
        for row in range(2):
            for column in range(2):
                left, high = x + wide * (0.16 + 0.40 * column), top + 0.05 + 0.15 * row
                g.box(
                    left - 0.008, high - 0.008, left + wide * 0.25 + 0.008, high + 0.098, lighter(wall, 0.7)
                )
                g.box(left, high, left + wide * 0.25, high + 0.09, mix(g.palette.high, (60, 80, 100), 0.5))
        g.box(x + wide * 0.40, 0.69, x + wide * 0.62, 0.80, darker(g.palette.accent, 0.2))
        x += wide
    g.fade(0.80, 1.0, lighter(g.palette.floor, 0.25), g.palette.floor)
    g.line([(0, 0.83), (g.ratio, 0.83)], 0.008, darker(g.palette.floor, 0.2))


def sports(g: Ground) -> None:
    """A running track, a stand with flags."""
    _sky(g, 0.55)
    g.box(0, 0.40, g.ratio, 0.58, lighter(g.palette.floor, 0.3))
    for row in range(3):
        g.line(
            [(0, 0.44 + 0.045 * row), (g.ratio, 0.44 + 0.045 * row)],
            0.012,
            mix(g.palette.accent, g.palette.wall, 0.3 + 0.2 * row),
        )
    g.fade(0.58, 0.76, lighter(g.palette.leaf, 0.12), g.palette.leaf)
    g.fade(0.76, 1.0, (196, 106, 82), (168, 84, 66))
    for i in range(4):
        g.line([(0, 0.80 + 0.06 * i), (g.ratio, 0.79 + 0.07 * i)], 0.006, (240, 232, 224))
    for i in range(int(g.ratio / 0.22)):
        x = 0.1 + 0.22 * i
        g.line([(x, 0.24), (x, 0.42)], 0.006, (236, 236, 236))
        g.shape(
            [(x, 0.24), (x + 0.09, 0.265), (x, 0.295)],
            g.rng.choice((g.palette.accent, g.palette.leaf, (216, 160, 60))),
        )


def building(g: Ground) -> None:
    """The hospital from outside."""
    p = g.palette
    _sky(g, 0.78)
    left, right = g.ratio * 0.14, g.ratio * 0.86
    g.box(left, 0.26, right, 0.78, lighter(p.wall, 0.3))
    g.box(g.ratio * 0.40, 0.18, g.ratio * 0.60, 0.78, mix(p.wall, p.accent, 0.18))
    g.box(left - 0.02, 0.245, right + 0.02, 0.27, darker(p.wall, 0.25))
    for row in range(4):
        for i in range(9):
            x = left + (right - left) * (0.04 + 0.107 * i)
            lit = g.rng.random() < 0.25
            g.box(
                x,
                0.31 + 0.115 * row,
                x + 0.06,
                0.375 + 0.115 * row,
                (255, 232, 170) if lit else mix(p.high, (70, 90, 110), 0.45),
            )
    mid = g.ratio * 0.5
    g.box(mid - 0.14, 0.64, mid + 0.14, 0.665, p.accent)
    g.box(mid - 0.10, 0.665, mid + 0.10, 0.78, mix(p.high, (60, 80, 100), 0.35))
    g.disc(mid, 0.235, 0.042, lighter(p.low, 0.5))
    g.disc(mid + 0.0, 0.245, 0.020, p.leaf, up=0.024)
    g.fade(0.78, 1.0, lighter(p.leaf, 0.1), darker(p.leaf, 0.1))
    g.shape([(mid - 0.09, 0.78), (mid + 0.09, 0.78), (mid + 0.32, 1), (mid - 0.32, 1)], lighter(p.floor, 0.4))
    for x in (0.05, 0.12, 0.88, 0.95):
        _tree(g, g.ratio * x, 0.82, g.rng.uniform(0.7, 1.1))


def landscape(g: Ground) -> None:
    """Hills, a river, a few trees."""
    _sky(g, 0.55)
    for row in range(4):
        hills = [
            (x * 0.15, 0.40 + 0.08 * row + g.rng.uniform(-0.04, 0.04)) for x in range(int(g.ratio / 0.15) + 2)
        ]
        g.shape(
            [(0, 1), *hills, (g.ratio, 1)],
            mix(lighter(g.palette.leaf, 0.5), darker(g.palette.leaf, 0.1), row / 3),
        )
    x = g.ratio * g.rng.uniform(0.3, 0.6)
    g.shape(
        [
            (x, 0.66),
            (x + 0.02, 0.66),
            (x + 0.20, 0.78),
            (x + 0.05, 0.86),
            (x + 0.5, 1),
            (x - 0.2, 1),
            (x - 0.12, 0.84),
            (x + 0.1, 0.77),
        ],
        mix(g.palette.high, g.palette.low, 0.4),
    )
    for _ in range(5):
        _tree(g, g.ratio * g.rng.random(), g.rng.uniform(0.70, 0.90), g.rng.uniform(0.5, 0.9))
