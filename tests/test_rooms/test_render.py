"""The rooms and their renderer, against closed forms and brute force."""
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest

from cen_mm.rooms import CLASSES, DOMAINS, PALETTE, render_room
from cen_mm.rooms.geometry import Solid, first_hit, interval
from cen_mm.rooms.layout import make_scene
from cen_mm.rooms.materials import draw_class_materials
from cen_mm.rooms.render import render_scene

SIZE = (60, 80)


def random(seed=0):
    return np.random.Generator(np.random.PCG64(seed))


def metres(image):
    return image.astype(float) / 1000


def is_inside(solid, points):
    """Whether points ``(N, 3)`` are in a solid, from its definition."""
    cos, sin = np.cos(solid.yaw), np.sin(solid.yaw)
    axes = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    local = (points - solid.centre) @ axes / solid.half
    if solid.kind == 'sphere':
        return np.linalg.norm(local, axis=1) <= 1
    if solid.kind == 'cylinder':
        return (np.hypot(*local.T[:2]) <= 1) & (np.abs(local[:, 2]) <= 1)
    return np.abs(local).max(1) <= 1


@pytest.mark.parametrize('kind, half', [('box', (0.6, 0.3, 0.9)),
                                        ('sphere', (0.7, 0.7, 0.7)),
                                        ('cylinder', (0.5, 0.5, 0.4))])
def test_interval_is_where_a_marching_ray_is_inside(kind, half):
    solid = Solid(kind, (0.2, 3, -0.1), half, 0.5, None)
    directions = random().uniform(-0.35, 0.35, (3, 60))
    directions[1] = 1
    directions[:, 0] = (0, 1, 0)
    near, far = interval(solid, np.zeros(3), directions)
    steps = np.arange(0, 5, 1e-3)
    for n, direction in enumerate(directions.T):
        inside = steps[is_inside(solid, steps[:, None] * direction)]
        if len(inside) > 1:
            assert near[n] == pytest.approx(inside[0], abs=2e-3)
            assert far[n] == pytest.approx(inside[-1], abs=2e-3)
        else:
            assert near[n] > far[n] - 4e-3


@pytest.mark.parametrize('kind', ['box', 'sphere', 'cylinder'])
def test_ray_along_the_axis_of_a_solid(kind):
    """All divisors but one are zero, on the axis and beside it."""
    solid = Solid(kind, (0, 0, 0), (1, 1, 1), 0, None)
    down = np.array([[0.], [0.], [-1.]])
    for x, expected in (0, 2), (2, np.inf):
        near, far = interval(solid, np.array([x, 0, 3.]), down)
        assert (near if near < far else np.inf) == pytest.approx(expected)


def test_first_hit_is_the_nearest_of_all_solids():
    scene = make_scene(random(3))
    directions = random().normal(size=(3, 2000))
    limit = np.full(2000, 9.)
    distance, index = first_hit(scene.solids, scene.eye, directions, limit)
    spans = [interval(s, scene.eye, directions) for s in scene.solids]
    every = np.array([limit] + [np.where((near < far) & (near > 0), near, 9)
                                for near, far in spans])
    np.testing.assert_allclose(distance, every.min(0))
    assert np.array_equal(index, every.argmin(0))
    assert (index > 0).sum() > 60


def test_depth_of_a_wall_ahead_is_constant():
    scene = make_scene(random())
    ahead = np.array([[1., 0, 0], [0, 0, 1], [0, -1, 0]])
    scene = replace(scene, solids=[], decals=[], axes=ahead)
    images = render_scene(scene, *SIZE, random())
    distance = scene.room.half[1] - scene.eye[1]
    wall = images['normal'][..., 2] == 0
    assert wall.mean() > 0.2
    assert np.all(images['depth'][wall] == round(1000 * distance))
    assert np.all(images['label'][wall] == CLASSES.index('wall'))
    # Of a ray through an outer pixel, only the forward part counts.
    assert images['depth'].max() == images['depth'][wall][0]


@pytest.mark.parametrize('seed', range(3))
def test_normals_are_those_of_the_depth(seed):
    scene = make_scene(random(seed))
    images = render_scene(scene, 240, 320, random())
    z = metres(images['depth'])
    y, x = np.indices(z.shape) + 0.5
    points = np.stack([(x - 160) * z, (y - 120) * z,
                       z * scene.focal * 320], -1) / (scene.focal * 320)
    down, right = (np.roll(points, -3, i) - np.roll(points, 3, i)
                   for i in (0, 1))
    normal = np.cross(down, right)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    stored = images['normal'] / 127.5 - 1
    stored /= np.linalg.norm(stored, axis=-1, keepdims=True)
    # Differences mean nothing across edges.
    ring = np.ones((9, 9))
    change = cv2.morphologyEx(stored, cv2.MORPH_GRADIENT, ring).max(-1)
    flat = (change < 0.02) & (cv2.dilate(images['edge_occlusion'], ring) < 200)
    flat[:4] = flat[-4:] = flat[:, :4] = flat[:, -4:] = False
    assert flat.mean() > 0.3
    cosine = (normal * stored).sum(-1)[flat]
    assert np.degrees(np.arccos(np.quantile(cosine, 0.05))) < 3


def test_decals_leave_no_trace_in_geometry():
    scene = make_scene(random(1))
    painted = render_scene(scene, *SIZE, random())
    bare = render_scene(replace(scene, decals=[]), *SIZE, random())
    for domain in 'depth', 'normal', 'reshading', 'edge_occlusion':
        assert np.array_equal(painted[domain], bare[domain]), domain
    for domain in 'rgb', 'albedo', 'label':
        assert not np.array_equal(painted[domain], bare[domain]), domain


def test_sensor_is_blind_on_windows_and_noisier_far_away():
    errors, true = [], []
    for index in range(6):
        images = render_room(0, index, *SIZE)
        measured, depth = images['sensor_depth'], images['depth']
        window = images['label'] == CLASSES.index('window')
        assert not measured[window].any()
        seen = measured > 0
        assert 0.3 < seen.mean() < 1
        errors.append(metres(measured)[seen] - metres(depth)[seen])
        true.append(metres(depth)[seen])
    error, z = np.concatenate(errors), np.concatenate(true)
    assert abs(error.mean()) < 0.005
    near, far = (error[band].std() / z[band].mean()**2
                 for band in ((z > 1) & (z < 2), (z > 3) & (z < 4)))
    assert far == pytest.approx(near, rel=0.25)


def test_seed_and_index_settle_everything():
    first, again = (render_room(5, 7, *SIZE) for _ in range(2))
    assert set(first) == set(DOMAINS)
    for domain in DOMAINS:
        assert np.array_equal(first[domain], again[domain]), domain
    for other in render_room(6, 7, *SIZE), render_room(5, 8, *SIZE):
        assert (other['label'] != first['label']).mean() > 0.1
    alone = render_room(5, 7, *SIZE, domains=['normal'])
    assert list(alone) == ['normal']
    assert np.array_equal(alone['normal'], first['normal'])


def test_size_only_samples_the_room():
    """The middle of three pixels is the one of an image a third as large."""
    small, large = (render_room(0, 2, n * 40, n * 60) for n in (1, 3))
    for domain in 'label', 'depth', 'normal', 'albedo':
        same = small[domain] == large[domain][1::3, 1::3]
        assert same.mean() > 0.995, domain


def test_unknown_domain():
    with pytest.raises(ValueError, match=r"\['shading'\].*reshading"):
        render_room(0, 0, *SIZE, domains=['shading'])


def test_classes_and_camouflage():
    assert len({tuple(colour) for colour in PALETTE}) == len(CLASSES) == 13
    seen = np.zeros(len(CLASSES))
    for index in range(40):
        seen += np.bincount(render_room(0, index, 30, 40)['label'].ravel(),
                            minlength=len(CLASSES)) > 8
    assert seen.min() >= 8, dict(zip(CLASSES, seen))
    wear = [draw_class_materials(random(seed)) for seed in range(200)]
    assert 0.4 < np.mean([w['cabinet'] is w['wall'] for w in wear]) < 0.6
    below = [w['platform'] in (w['floor'], w['rug']) for w in wear]
    assert np.mean(below) > 0.6


def test_layout_is_pinned():
    """Who changes the rooms must raise RENDERER, as trees become stale."""
    label = render_room(0, 0, 24, 32)['label']
    assert zlib.crc32(label.tobytes()) == 3118622420
