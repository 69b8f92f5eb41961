"""Run a tool of the installed mmseg on configs of cen_mm.

    python -m cen_mm TOOL ARGS     such as: print_config CONFIG
    python -m cen_mm env           versions, for a report of a bug

mmseg's own scripts fail beside mmcv-lite unless cen_mm is imported first.
"""
import runpy
import sys
from importlib.metadata import distributions
from pathlib import Path

# The beginnings of their names, which mmcv-lite and others go on.
PACKAGES = ('mmcv', 'mmengine', 'mmsegmentation', 'mmagic', 'onedl-', 'numpy',
            'opencv-', 'scipy', 'timm', 'torch')


def print_versions() -> None:
    """Print mmengine's description of the machine, and packages."""
    from mmengine.utils.dl_utils import collect_env

    from . import __version__
    from .analysis.cost.environment import commit
    for name, value in collect_env().items():
        print(f'{name}: {value}')
    print(f'cen_mm=={__version__}, commit {commit()}')
    packages = {d.metadata['Name']: d.version for d in distributions()}
    for name in sorted(filter(None, packages)):
        if name.lower().startswith(PACKAGES):
            print(f'{name}=={packages[name]}')


def main() -> None:
    """Find the tool by its name and run it as a script."""
    import mmseg
    tools = Path(mmseg.__file__).parent / '.mim/tools'
    scripts = {path.stem: path for path in sorted(tools.rglob('*.py'))}
    name = sys.argv[1] if len(sys.argv) > 1 else '--help'
    if name == 'env':
        print_versions()
    elif name in scripts:
        sys.argv = sys.argv[1:]
        runpy.run_path(str(scripts[name]), run_name='__main__')
    else:
        print(f'{__doc__}\nTools: env {" ".join(scripts)}')
        raise SystemExit(name != '--help')


if __name__ == '__main__':
    main()
