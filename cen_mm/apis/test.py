"""Test of a checkpoint with its config."""
from pathlib import Path
from typing import Optional, Sequence

from ..compat import distribute_without_gpu
from ..pretrained import pretrained_names
from .absent import datasets_in, keep_modalities
from .checkpoint import ABSENT
from .config import UsageError, runner_config
from .runner import StrictRunner


def test(config: str,
         checkpoint: str,
         out: Optional[str] = None,
         show: bool = False,
         show_dir: Optional[str] = None,
         wait_time: float = 2,
         tta: bool = False,
         modalities: Sequence[str] = (),
         **kwargs) -> None:
    """Test a model.

    Args:
        config (str): Config file.
        checkpoint (str): Weights trained with it, or the name of weights
            that come with cen_mm; they are loaded strictly.
        out (str, optional): Folder for the predicted label maps of the
            ensemble. Defaults to None, not to write them.
        show (bool): Show predictions in a window. Defaults to False.
        show_dir (str, optional): Folder for painted predictions. Defaults to
            None, not to write them.
        wait_time (float): Seconds that each is shown. Defaults to 2.
        tta (bool): Test-time augmentation. Defaults to False.
        modalities (Sequence[str]): Those that are present, if not all, see
            :func:`~cen_mm.apis.absent.keep_modalities`. Defaults to all.
        kwargs: As of :func:`~cen_mm.apis.config.runner_config`.

    Raises:
        FileNotFoundError: If the config does not exist.
        UsageError: If an option is malformed, has no effect or is not
            supported by the config, the checkpoint does not exist or is one
            of another model, or the test set is empty.
    """
    if not (Path(checkpoint).is_file() or checkpoint in pretrained_names()):
        raise UsageError(ABSENT.format(checkpoint))
    cfg = runner_config(config, **kwargs)
    translates = cfg.get('default_scope') == 'mmagic'
    if translates and (show or out):
        raise UsageError(
            f'{config} translates images, for which there is no --show and '
            'no --out: draw them into a folder with --show-dir, or write '
            'them with tools/infer.py')
    if show or show_dir:
        if 'visualization' not in cfg.get('default_hooks', {}):
            raise UsageError(f'{config} has no default_hooks.visualization, '
                             'which draws: add it, or leave --show and '
                             '--show-dir out')
        cfg.default_hooks.visualization.update(
            dict(interval=1) if translates else dict(
                draw=True, interval=1, show=show, wait_time=wait_time))
        cfg.visualizer.save_dir = show_dir
    if modalities:
        keep_modalities(cfg, modalities)
    if tta:
        if 'tta_model' not in cfg or 'tta_pipeline' not in cfg:
            raise UsageError(f'{config} has no tta_model and tta_pipeline: '
                             'add them, or leave --tta out')
        for dataset in datasets_in(cfg.test_dataloader.dataset):
            dataset.pipeline = cfg.tta_pipeline
        if (cfg.tta_model.type, cfg.model.type) == ('SegTTAModel',
                                                    'CENSegmentor'):
            cfg.tta_model.type = 'StreamTTAModel'  # merges all predictions
        cfg.tta_model.module = cfg.model
        cfg.model = cfg.tta_model
    if out:
        if not isinstance(cfg.test_evaluator, dict):
            raise UsageError(f'{config} has several in test_evaluator: leave '
                             'one, or --out out')
        cfg.test_evaluator.update(output_dir=out, keep_results=True)
    # Loaded by runner.test(), when hooks such as EMAHook are ready for it.
    cfg.load_from, cfg.resume = checkpoint, False
    distribute_without_gpu(cfg)
    runner = StrictRunner.from_cfg(cfg)
    runner.strict = True
    runner.test()
