"""Weights in half precision, to come with cen_mm."""
import json
from pathlib import Path

import torch

from ...apis.checkpoint import load_model
from ...apis.config import read_config

ROOM = 10 * 2**20  # bytes


def publish(config: str, checkpoint: str, dst: str) -> str:
    """Write the weights and the resolved config of a trained model.

    Weights of convolutions are in half precision; scales, offsets and
    statistics of norms, which are few, stay in single precision.

    Args:
        config (str): Config file.
        checkpoint (str): Trained with it.
        dst (str): ``.safetensors`` to write; the config goes beside it.

    Returns:
        str: What was written.

    Raises:
        FileNotFoundError: If config or checkpoint are not there.
        ImportError: If safetensors is not installed.
        ValueError: If the checkpoint does not fit, or the file is larger
            than 10 MiB.
    """
    from safetensors.torch import save_file
    cfg = read_config(config)
    model, meta = load_model(cfg, checkpoint)
    values = {
        key: (value.half() if value.dim() > 1 else value).contiguous()
        for key, value in model.state_dict().items()
    }
    size = sum(v.numel() * v.element_size() for v in values.values())
    if size > ROOM:
        raise ValueError(f'{checkpoint} takes {size / 2**20:.1f} MiB in half '
                         'precision, but at most 10 come with cen_mm')
    known = {key: [list(v) if isinstance(v, tuple) else v for v in value]
             for key, value in meta.get('dataset_meta', {}).items()
             if key in ('classes', 'palette')}
    save_file(values, dst,
              metadata=dict(meta=json.dumps(dict(dataset_meta=known))))
    # Nothing of the machine that trained it.
    for key in ('work_dir', 'load_from', 'resume'):
        cfg.pop(key, None)
    cfg.model.backbone.init_cfg = None
    cfg.dump(str(Path(dst).with_suffix('.py')))
    parameters = sum(torch.numel(p) for p in model.parameters())
    return f'{dst}: {parameters} parameters, {size / 2**20:.1f} MiB'
