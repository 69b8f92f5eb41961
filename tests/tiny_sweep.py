"""What sweeps of tests train: a stand-in, or a training that is held up."""
CONFIG = '''
model = dict(type='Net', generator=dict(exchange=dict(threshold=0.02)))
default_hooks = dict(
    checkpoint=dict(interval=5, save_best='mIoU'),
    sparsity=dict(weight=1e-3))
train_cfg = dict(max_epochs=10)
val_evaluator = dict(type='IoU')
load_from = 'pretrained.pth'
visualizer = dict(vis_backends=[dict(type='LocalVisBackend')])
'''
# Called as train.py, it leaves files as mmengine and SparsityHook do: an mIoU
# of 40 + seed - weight, and the threshold as share of exchanged channels.
TRAIN = '''
import json
import sys
from pathlib import Path
import numpy as np

given = sys.argv[1:]
folder = Path(given[given.index('--work-dir') + 1])
options = dict(x.split('=') for x in given[given.index('--cfg-options') + 1:])
with open(folder / 'starts.txt', 'a') as file:
    print(*given, file=file)
(folder / 'epoch_5.pth').touch()
(folder / 'last_checkpoint').write_text(str(folder / 'epoch_5.pth'))
weight = float(options.get('default_hooks.sparsity.weight', 1e-3))
if weight == 1 and Path('broken').exists():
    sys.exit('Traceback\\nValueError: out of luck\\n')
threshold = float(options.get('model.generator.exchange.threshold', 0.02))
log = folder / '20260101_000000/vis_data/scalars.json'
log.parent.mkdir(parents=True, exist_ok=True)
log.write_text(json.dumps({
    'rgb/mIoU': 1.0, 'mIoU': 40 + int(options['randomness.seed']) - weight,
    'time': 1.0, 'step': 10}))
(folder / 'gammas').mkdir(exist_ok=True)
np.savez(folder / 'gammas/iter_10.npz', modalities=['rgb', 'depth'],
         bn=np.ones((2, 100)), **{
             'bn/replaced': [np.arange(100) < 100 * threshold] * 2})
'''
HOLD_UP = '''
import time
from pathlib import Path
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

@HOOKS.register_module()
class HoldUp(Hook):
    """Wait in the second epoch of the other thresholds for a file."""

    def before_train_epoch(self, runner):
        folder = Path(runner.work_dir)
        while (runner.epoch == 1 and 'threshold' in folder.name
               and not (folder.parents[1] / 'go').exists()):
            (folder / 'waits').touch()
            time.sleep(0.05)
'''
