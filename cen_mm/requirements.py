"""What is installed, and what to do about what is not."""
import importlib.util
import sys
import warnings
from typing import Any


def is_absent(package: str) -> bool:
    """Whether a package is not installed, which is not to be imported yet."""
    try:
        return importlib.util.find_spec(package) is None
    except ImportError:  # of a finder that hides it
        return True


def require_openmmlab() -> None:
    """Check that mmengine, mmcv and mmseg are installed.

    Raises:
        ImportError: If one of them is not.
    """
    for name in ('mmengine', 'mmcv', 'mmseg'):
        if is_absent(name):
            raise ImportError(
                f'cen_mm needs {name}: run "pip install -e .[openmmlab]" in '
                'the folder of cen_mm, which takes mmcv-lite; the full mmcv '
                '(>=2.0.0, <2.2.0) serves as well, cen_mm itself uses none '
                'of its compiled ops')


def require_translation() -> None:
    """Check that mmagic and torchmetrics can be imported.

    Raises:
        RuntimeError: If one of them, or a package that it imports, is absent
            or of an incompatible version. mmengine's ``custom_imports``
            would replace an ImportError by one without this message.
    """
    try:
        with warnings.catch_warnings():
            # Warnings of diffusers about torch and of torchvision about
            # its image codecs.
            warnings.simplefilter('ignore')
            import mmagic.datasets
            import mmagic.models  # noqa: F401
            import torchmetrics  # noqa: F401
    except Exception as error:
        raise RuntimeError(
            'cen_mm.translation needs mmagic and torchmetrics, which do not '
            f'import ({error}): run "pip install -e .[translation]" and then '
            '"pip install --no-deps -r translation-no-deps.txt" in the folder '
            'of cen_mm') from error


class RuntimeOnly:
    """An importer that finds nothing, but refuses what needs OpenMMLab."""

    @staticmethod
    def find_spec(name: str, *args: Any) -> None:
        """Raise ImportError for a part of cen_mm outside its runtime."""
        package, _, part = name.partition('.')
        if package == 'cen_mm' and part.split('.')[0] != 'runtime':
            require_openmmlab()


def allow_runtime_only() -> None:
    """Let all of cen_mm but its runtime say what it needs."""
    sys.meta_path.insert(0, RuntimeOnly)
