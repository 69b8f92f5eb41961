"""Records of gammas for tests, as SparsityHook writes them."""
import numpy as np


def write_gammas(work_dir, layers, modalities, steps=None, threshold=2e-2):
    """``work_dir/gammas``, from ``(S, M, C)`` gammas by layer."""
    folder = work_dir / 'gammas'
    folder.mkdir(parents=True)
    count = len(next(iter(layers.values())))
    for s, step in enumerate(steps or range(0, 20 * count, 20)):
        arrays = dict(modalities=np.array(modalities))
        for name, gammas in layers.items():
            gamma = np.asarray(gammas, np.float32)[s]
            arrays[name] = gamma
            arrays[f'{name}/replaced'] = np.abs(gamma) < threshold
            arrays[f'{name}/threshold'] = np.array(threshold)
        np.savez(folder / f'iter_{step:06d}.npz', **arrays)
    return work_dir
