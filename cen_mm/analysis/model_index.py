"""``model-index.yml``, in which OpenMMLab's ``mim`` looks configs up."""
from pathlib import Path
from typing import Any, Dict, List, Sequence

import yaml
from mmengine import Config

from .cost.complexity import Complexity

COLLECTION = dict(
    Name='cen_mm',
    Paper=dict(
        Title='Deep Multimodal Fusion by Channel Exchanging',
        URL='https://arxiv.org/abs/2011.05005'),
    README='README.md')


def entry(name: str, path: Path, cfg: Config, cost: Complexity,
          runs: Sequence[Dict[str, str]]) -> Dict[str, Any]:
    """A config as a model of the index.

    Args:
        name (str): Its row in the model zoo.
        path (Path): Of the file, relative to the index.
        cfg (Config): What is in it.
        cost (Complexity): What it costs.
        runs (Sequence[dict[str, str]]): What was measured of it, with
            ``metric`` and ``mean``.

    Returns:
        dict: Without ``Results`` where nothing was measured.
    """
    train = cfg.train_dataloader
    data = train.dataset.type.replace('Translation', '').replace('Dataset', '')
    model = dict(
        Name=name, Config=path.as_posix(), Metadata={
            'Training Data': data,
            'Epochs': cfg.train_cfg.max_epochs,
            'Batch Size': train.batch_size,
            'Parameters (M)': round(cost.parameters.total / 1e6, 3)
        })
    model['In Collection'] = COLLECTION['Name']
    if runs:
        model['Results'] = dict(
            Task='Semantic Segmentation', Dataset=data,
            Metrics={run['metric']: float(run['mean']) for run in runs})
    return model


def dump(models: List[Dict[str, Any]]) -> str:
    """The text of the file."""
    head = '# Written by tools/analysis_tools/model_zoo.py.\n'
    return head + yaml.safe_dump(
        dict(Collections=[COLLECTION], Models=models), sort_keys=False)
