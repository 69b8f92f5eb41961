"""Test of a checkpoint with its config."""
from pathlib import Path
from pickle import UnpicklingError
from typing import Optional, Sequence

from mmengine.config import Config
from mmengine.runner import Runner

from ..compat import distribute_without_gpu
from .config import UsageError, runner_config


def test(config: str,
         checkpoint: str,
         work_dir: Optional[str] = None,
         out: Optional[str] = None,
         show: bool = False,
         show_dir: Optional[str] = None,
         wait_time: float = 2,
         tta: bool = False,
         cfg_options: Sequence[str] = (),
         launcher: str = 'none') -> None:
    """Test a model.

    Args:
        config (str): Config file.
        checkpoint (str): Weights trained with it; they are loaded strictly.
        work_dir (str, optional): Folder for log and metrics. Defaults to
            that of the config, or ``work_dirs/<name of the config>``.
        out (str, optional): Folder for the predicted label maps of the
            ensemble. Defaults to None, not to write them.
        show (bool): Show predictions in a window. Defaults to False.
        show_dir (str, optional): Folder for painted predictions. Defaults to
            None, not to write them.
        wait_time (float): Seconds that each is shown. Defaults to 2.
        tta (bool): Test-time augmentation. Defaults to False.
        cfg_options (Sequence[str]): Fields of the config to override, as
            ``KEY=VALUE``. Defaults to none.
        launcher (str): What has started the processes: 'none', 'pytorch',
            'slurm' or 'mpi'. Defaults to 'none'.

    Raises:
        FileNotFoundError: If the config does not exist.
        UsageError: If an option is malformed or not supported by the config,
            or the checkpoint does not exist or is one of another model.
    """
    if not Path(checkpoint).is_file():
        raise UsageError(
            f'{checkpoint} is not there: give the path of a checkpoint')
    cfg = runner_config(config, work_dir, cfg_options, launcher)
    translates = cfg.get('default_scope') == 'mmagic'
    if translates and (show or out):
        raise UsageError(
            f'{config} translates images, for which there is no --show and '
            'no --out: draw them into a folder with --show-dir, or write '
            'them with tools/infer.py')
    if show or show_dir:
        cfg.default_hooks.visualization.update(
            dict(interval=1) if translates else dict(
                draw=True, interval=1, show=show, wait_time=wait_time))
        cfg.visualizer.save_dir = show_dir
    if tta:
        if 'tta_model' not in cfg or 'tta_pipeline' not in cfg:
            raise UsageError(f'{config} has no tta_model and tta_pipeline: '
                             'add them, or leave --tta out')
        cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
        cfg.tta_model.module = cfg.model
        cfg.model = cfg.tta_model
    if out:
        cfg.test_evaluator.output_dir = out
        cfg.test_evaluator.keep_results = True
    distribute_without_gpu(cfg)
    _strict_runner(cfg, config, checkpoint).test()


def _strict_runner(cfg: Config, config: str, checkpoint: str) -> Runner:
    """A runner that refuses a checkpoint with missing or unknown weights."""
    # Loaded by runner.test(), when hooks such as EMAHook are ready for it.
    cfg.load_from, cfg.resume = checkpoint, False
    runner = Runner.from_cfg(cfg)
    load = runner.load_checkpoint

    def load_strictly(path: str) -> None:
        try:
            # Strict: weights left at random would still give a mIoU.
            load(path, strict=True)
        except (RuntimeError, ValueError, UnpicklingError) as error:
            raise UsageError(
                f'{path} does not fit {config}: give a checkpoint trained '
                'with this config; those of the official code go through '
                f'tools/model_converters/official_cen.py first.\n{error}')

    runner.load_checkpoint = load_strictly
    return runner
