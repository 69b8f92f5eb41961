"""Rendering of a scene to aligned images, one per domain."""
from typing import Dict, Sequence

import cv2
import numpy as np

from .geometry import first_hit, interval
from .layout import make_scene
from .scene import CLASSES, Scene
from .sensor import measure_depth, photograph
from .surface import find_surface, paint

# Raised whenever the pictures change: trees of another number are outdated.
RENDERER = 1
DOMAINS = ('rgb', 'depth', 'sensor_depth', 'normal', 'albedo', 'reshading',
           'edge_texture', 'edge_occlusion', 'label')
AMBIENT = 0.4
LAYOUT, NOISE = 0, 1


def render_room(seed: int, index: int, height: int, width: int,
                domains: Sequence[str] = DOMAINS) -> Dict[str, np.ndarray]:
    """Render one room.

    Args:
        seed (int): Seed of the whole set.
        index (int): Number of the room. Seed and index alone determine the
            scene; the size of the image only samples it.
        height (int): Rows of the images.
        width (int): Columns of the images.
        domains (sequence[str]): Keys to return. Defaults to all.

    Returns:
        dict[str, np.ndarray]: By domain, of shape ``(H, W)`` or
        ``(H, W, 3)``:

        - 'rgb', 'albedo' (uint8): Colours in the order red, green, blue.
        - 'depth', 'sensor_depth' (uint16): Millimetres along the optical
          axis; 0 where the sensor measured nothing.
        - 'normal' (uint8): Unit normal towards the camera, in its frame x
          right, y down, z forward, stored as ``127.5 * (n + 1)``.
        - 'reshading' (uint8): White surfaces lit from the camera.
        - 'edge_texture', 'edge_occlusion' (uint16): Strength of edges of
          colour and of depth.
        - 'label' (uint8): Index into :data:`CLASSES`.

    Raises:
        ValueError: If a domain is unknown.
    """
    check_domains(domains)
    scene = make_scene(_stream(seed, index, LAYOUT))
    images = render_scene(scene, height, width, _stream(seed, index, NOISE))
    return {domain: images[domain] for domain in domains}


def check_domains(domains: Sequence[str]) -> None:
    """Raise ValueError if a domain is unknown."""
    unknown = set(domains) - set(DOMAINS)
    if unknown:
        raise ValueError(f'domains has {sorted(unknown)}: use names of '
                         f'{", ".join(DOMAINS)}')


def render_scene(scene: Scene, height: int, width: int,
                 rng: np.random.Generator) -> Dict[str, np.ndarray]:
    """Render a given scene in all domains, see :func:`render_room`.

    Args:
        scene (Scene): The scene.
        height (int): Rows of the images.
        width (int): Columns of the images.
        rng (np.random.Generator): Source of the sensors' noise.
    """

    def image(values):
        return values.reshape(*values.shape[:-1], height, width)

    # With a forward component of 1, a ray's parameter is its depth.
    rays = (scene.axes @ _pixel_rays(scene, height, width)).astype(np.float32)
    depth, index = first_hit(scene.solids, scene.eye, rays,
                             interval(scene.room, scene.eye, rays)[1])
    point = scene.eye.astype(np.float32)[:, None] + depth * rays
    surface = find_surface([scene.room, *scene.solids], point, index)
    label, albedo, glow = paint(scene, surface)
    slant = -_cosine(rays, surface.normal)
    light = albedo * np.maximum(_lighting(scene, surface), glow)
    rgb = photograph(image(light), scene.exposure, rng)

    depth = image(depth)
    # A display gamma of 2: colours are stored as their root.
    rgb, albedo = _to_8bit(np.sqrt(rgb)), _to_8bit(np.sqrt(image(albedo)))
    jump = _disparity_jump(depth)
    measured = measure_depth(depth, image(slant), jump > 0.02,
                             image(label == CLASSES.index('window')),
                             scene.dropouts, rng)
    normal = scene.axes.T.astype(np.float32) @ surface.normal
    return dict(
        rgb=rgb,
        depth=_to_16bit(depth * 1000),
        sensor_depth=_to_16bit(measured * 1000),
        normal=_to_8bit((image(normal) + 1) / 2),
        albedo=albedo,
        reshading=_to_8bit(image(slant) / (1 + 0.1 * depth * depth)),
        edge_texture=_to_16bit(_sobel(rgb) * 64),
        edge_occlusion=_to_16bit(jump * 65535),
        label=image(label))


def _stream(seed, index, purpose):
    """A generator each for layout and noise, whose draws depend on size."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([seed, index, purpose])))


def _pixel_rays(scene, height, width):
    focal = scene.focal * width
    y, x = np.indices((height, width)).reshape(2, -1) + 0.5
    return np.stack([(x - width / 2) / focal, (y - height / 2) / focal,
                     np.ones(height * width)])


def _cosine(directions, normal):
    return (directions * normal).sum(0) / np.sqrt(
        (directions * directions).sum(0))


def _lighting(scene, surface):
    """Direct and ambient light on every point, ``(N,)``."""
    path = surface.point - scene.light.astype(np.float32)[:, None]
    cosine = -_cosine(path, surface.normal)
    lit = np.flatnonzero(cosine > 0)
    # Rays run from the lamp and end just before the surface.
    limit = np.full(len(lit), 0.999, np.float32)
    blocker = first_hit(scene.solids, scene.light, path.take(lit, 1),
                        limit)[1]
    lit = lit[blocker == 0]
    lighting = np.full(len(cosine), AMBIENT, np.float32)
    distance = (path.take(lit, 1)**2).sum(0)
    lighting[lit] += (1 - AMBIENT) * 1.5 * cosine[lit] / (1 + distance / 16)
    return lighting


def _disparity_jump(depth):
    """Relative second difference of 1/z, which is 0 on every plane."""
    disparity = 1 / depth
    return np.abs(cv2.Laplacian(disparity, cv2.CV_32F,
                                borderType=cv2.BORDER_REFLECT_101)) * depth


def _sobel(rgb):
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0),
                    cv2.Sobel(grey, cv2.CV_32F, 0, 1))


def _to_8bit(values):
    """Values 0 to 1 as bytes, channels last."""
    values = np.rint(values * 255).clip(0, 255).astype(np.uint8)
    return values if values.ndim == 2 else np.ascontiguousarray(
        values.transpose(1, 2, 0))


def _to_16bit(values):
    return np.rint(values).clip(0, 65535).astype(np.uint16)
