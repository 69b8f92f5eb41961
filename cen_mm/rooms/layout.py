"""Random layout of a room: furniture, decals, camera and light."""
import numpy as np

from . import furniture
from .geometry import Solid, rotate
from .materials import draw_class_materials
from .scene import CLASSES, Decal, Finish, Scene

# The far, the left and the right wall, as faces of the room, with the yaw of
# a piece that has its back to them. The camera is at the fourth.
WALLS = ((3, 0.0), (0, np.pi / 2), (1, -np.pi / 2))
FLOOR = 4
ROOM = 0
GAP = 0.02
FLAT = ('table', 'platform', 'cabinet')
# In order of placement: class, how it is built, least and most number, and
# how often it stands at a wall. The later ones may find no room.
FURNITURE = (
    ('table', furniture.table, 1, 1, 0),
    ('sofa', furniture.sofa, 1, 1, 0.7),
    ('platform', furniture.platform, 1, 2, 0.5),
    ('cabinet', furniture.cabinet, 1, 2, 1),
    ('chair', furniture.chair, 1, 3, 0),
    ('object', furniture.thing, 2, 5, 0),
)
# Class, least and most number, least and most extent (width, height).
HANGINGS = (
    ('door', 1, 2, (0.8, 1.9), (1.1, 2.2)),
    ('window', 1, 2, (0.8, 0.9), (1.6, 1.3)),
    ('picture', 2, 4, (0.5, 0.5), (1.3, 1.1)),
)


def make_scene(rng: np.random.Generator) -> Scene:
    """Draw a room, its furniture, its decals and its camera."""
    width, depth = rng.uniform(3.4, 5), rng.uniform(4, 6)
    height = rng.uniform(2.4, 2.9)
    materials = draw_class_materials(rng)
    wall, floor, ceiling = (
        Finish(CLASSES.index(name), materials[name])
        for name in ('wall', 'floor', 'ceiling'))
    room = Solid('box', (0, 0, height / 2), (width / 2, depth / 2, height / 2),
                 0, (wall, wall, wall, wall, floor, ceiling))
    eye = np.array([rng.uniform(-0.25, 0.25) * width,
                    rng.uniform(0.25, 0.6) - depth / 2, rng.uniform(1.3, 1.8)])
    target = np.array([rng.uniform(-0.3, 0.3) * width,
                       rng.uniform(0, 0.3) * depth, rng.uniform(0.5, 1.2)])
    return Scene(
        room=room,
        solids=_furnish(rng, room, eye, materials),
        decals=_decorate(rng, room, materials),
        eye=eye,
        axes=_look_at(target - eye),
        focal=rng.uniform(0.65, 0.85),
        light=np.array([rng.uniform(-0.3, 0.3) * width,
                        rng.uniform(-0.4, 0.3) * depth, height - 0.15]),
        exposure=np.exp(rng.uniform(np.log(0.05), 0))
        if rng.random() < 1 / 3 else 1,
        dropouts=_dropouts(rng))


def _look_at(direction: np.ndarray) -> np.ndarray:
    forward = direction / np.linalg.norm(direction)
    right = np.array([forward[1], -forward[0], 0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward], 1)


def _dropouts(rng):
    corners = rng.uniform(-0.1, 0.8, (rng.integers(0, 4), 2))
    return np.hstack([corners, corners + rng.uniform(0.15, 0.5,
                                                     corners.shape)])


def _furnish(rng, room, eye, materials):
    # No furniture around the camera.
    taken = [(eye[0] - 0.6, eye[1] - 1, eye[0] + 0.6, eye[1] + 1)]
    solids, tops = [], []

    def put(name, draw, at_wall):
        half, height, parts = draw(rng)
        spot = _find_spot(rng, room, half, taken, at_wall)
        if spot:
            solids.extend(_place(parts, *spot, materials, name))
            if name in FLAT and height < 1.2:
                tops.append((*spot[0][:2], height))

    for name, draw, least, most, at_wall in FURNITURE:
        for _ in range(rng.integers(least, most + 1)):
            put(name, draw, rng.random() < at_wall)
    for top in tops:
        if rng.random() < 0.5:
            yaw = rng.uniform(0, np.pi)
            parts = furniture.thing(rng)[2]
            solids += _place(parts, top, yaw, materials, 'object')
    return solids


def _find_spot(rng, room, half, taken, at_wall):
    """Return position and yaw of a free footprint, or None."""
    limit = np.array(room.half[:2])
    for _ in range(8):
        face, yaw = WALLS[rng.integers(3)]
        if not at_wall:
            yaw = rng.uniform(-np.pi, np.pi)
        cos, sin = abs(np.cos(yaw)), abs(np.sin(yaw))
        reach = np.array([cos * half[0] + sin * half[1],
                          sin * half[0] + cos * half[1]]) + GAP
        x, y = rng.uniform(-1, 1, 2) * (limit - reach)
        if at_wall and face == 3:
            y = limit[1] - reach[1]
        elif at_wall:
            x = (limit[0] - reach[0]) * (-1 if face == 0 else 1)
        area = (x - reach[0], y - reach[1], x + reach[0], y + reach[1])
        if not any(_overlap(area, other) for other in taken):
            taken.append(area)
            return (x, y, 0), yaw
    return None


def _place(parts, spot, yaw, materials, name):
    finish = Finish(CLASSES.index(name), materials[name])
    cos, sin = np.cos(yaw), np.sin(yaw)
    return [Solid(kind, np.add(rotate(centre, cos, sin), spot), half, yaw,
                  (finish, ) * 6) for kind, centre, half in parts]


def _decorate(rng, room, materials):
    width, depth, height = 2 * np.array(room.half)
    taken = {face: [] for face, _ in WALLS}
    decals = []

    def hang(name, face, size, bottom):
        extent = width if face == 3 else depth
        # The camera sees only the far part of the side walls.
        first = 0.1 if face == 3 else 0.4 * depth
        for _ in range(8):
            u = rng.uniform(first, extent - size[0] - 0.1)
            rect = (u, bottom, u + size[0], bottom + size[1])
            if not any(_overlap(rect, other) for other in taken[face]):
                taken[face].append(rect)
                decals.append(_decal(name, face, rect, materials))
                return

    for name, least, most, low, high in HANGINGS:
        for _ in range(rng.integers(least, most + 1)):
            size = rng.uniform(low, high)
            bottom = 0 if name == 'door' else rng.uniform(
                0.7, max(height - size[1] - 0.1, 0.75))
            hang(name, WALLS[rng.integers(3)][0], size, bottom)
    for _ in range(rng.integers(1, 3)):
        size = rng.uniform((1.3, 1.2), (2.4, 2))
        u, v = rng.uniform((0, 0.3 * depth), (width, depth) - size)
        rect = (u, v, *(size + (u, v)))
        decals.append(_decal('rug', FLOOR, rect, materials))
    return decals


def _decal(name, face, rect, materials):
    finish = Finish(CLASSES.index(name), materials[name])
    return Decal(ROOM, face, tuple(rect), finish)


def _overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
