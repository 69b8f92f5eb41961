"""setup.cfg says all but this: configs and tools go into the package too.

They lie in ``cen_mm/.mim``, where mim looks for them, as do those of mmseg.
"""
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# They set up a clone.
CLONE = ('env.sh', 'quickstart.sh', 'run_tests.sh')


class BuildWithConfigs(build_py):
    """Also copies what mim needs."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, 'cen_mm/.mim')
        shutil.rmtree(target, ignore_errors=True)
        for folder in ('configs', 'tools'):
            shutil.copytree(
                folder, target / folder,
                ignore=shutil.ignore_patterns('__pycache__', *CLONE))
        shutil.copy('model-index.yml', target)


setup(cmdclass=dict(build_py=BuildWithConfigs))
