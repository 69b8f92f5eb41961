"""Noise of the camera, and noise and failures of the depth sensor."""
import numpy as np

# Electrons of a white pixel in a good picture, and of the readout noise.
WHITE, READOUT = 600, 4
MAX_GAIN = 3
# Metres; the least cosine between normal and ray; metres of noise at 1 m.
MAX_DEPTH = 6.5
MIN_SLANT = np.sin(np.radians(7))
DEPTH_NOISE = 0.01
# Share of pixels that are lost at edges, and anywhere else.
LOST_AT_EDGES, LOST = 0.7, 0.04


def photograph(light: np.ndarray, exposure: float,
               rng: np.random.Generator) -> np.ndarray:
    """Take a picture with shot noise and a limited gain.

    Args:
        light (np.ndarray): Linear radiance, 1 is white, any shape.
        exposure (float): Exposure relative to that of a good picture.
        rng (np.random.Generator): Source of the noise.

    Returns:
        np.ndarray: Linear values from 0 to 1, of the shape of ``light``.
    """
    electrons = np.minimum(light * exposure, 1) * WHITE
    noise = rng.standard_normal(light.shape, np.float32)
    electrons += noise * np.sqrt(electrons + READOUT**2)
    return np.clip(electrons / WHITE * min(1 / exposure, MAX_GAIN), 0, 1)


def measure_depth(depth: np.ndarray, slant: np.ndarray, edges: np.ndarray,
                  blind: np.ndarray, dropouts: np.ndarray,
                  rng: np.random.Generator) -> np.ndarray:
    """Measure depth as a structured-light sensor does.

    The error grows with the square of the distance. Nothing is measured on
    glass, at most occlusion edges, at grazing angles, and in the dropouts.

    Args:
        depth (np.ndarray): True depth in metres, ``(H, W)``.
        slant (np.ndarray): Cosine between normal and ray, ``(H, W)``.
        edges (np.ndarray): True at occlusion edges, ``(H, W)``.
        blind (np.ndarray): True on glass, ``(H, W)``.
        dropouts (np.ndarray): As of :class:`Scene`.
        rng (np.random.Generator): Source of the noise.

    Returns:
        np.ndarray: Depth in metres, 0 where there is none, ``(H, W)``.
    """
    height, width = depth.shape
    noise = rng.standard_normal(depth.shape, np.float32)
    lost = rng.random(depth.shape, np.float32) < np.where(
        edges, LOST_AT_EDGES, LOST)
    lost |= blind | (slant < MIN_SLANT) | (depth > MAX_DEPTH)
    for x0, y0, x1, y1 in np.clip(dropouts, 0, 1):
        lost[round(y0 * height):round(y1 * height),
             round(x0 * width):round(x1 * width)] = True
    return np.where(lost, 0, depth + DEPTH_NOISE * depth * depth * noise)
