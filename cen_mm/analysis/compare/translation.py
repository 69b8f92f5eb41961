"""A trained translator beside its test images."""
from typing import Dict, Optional

import numpy as np
from mmengine.config import Config

from ...apis.translator import seed_of, translate
from ...translation import translations
from ...translation.pictures import picture
from .run import Run, Sample


class TranslationRun(Run):
    """Of a :class:`~cen_mm.translation.CENPix2Pix`.

    Predictions are pictures, ``(H, W, 3)`` uint8. Dropout is drawn for each
    image anew, from the config's seed.
    """
    measure = 'MAE on [-1, 1]'
    truth = 'target'

    def __init__(self, cfg: Config, checkpoint: str) -> None:
        super().__init__(cfg, checkpoint)
        view = self.dataset.get_data_info(0)
        self.modalities, self.target = view['modalities'], view['target']
        target = self.target
        self.task = {'tasks': f'translation into {target}'}
        self.paths = {domain: f'{domain}_path'
                      for domain in (target, *self.modalities)}

    def name_of(self, view: dict) -> str:
        return view['name']

    def load(self, index: int) -> Sample:
        data = self.dataset[index]
        sources = data['inputs'].chunk(len(self.modalities))
        inputs = dict(zip(self.modalities, map(picture, sources)))
        return Sample(inputs, picture(data['data_samples'].gt_img), data)

    def rgb(self, sample: Sample) -> Optional[np.ndarray]:
        """The source, or else the target."""
        target = sample.truth if self.target == 'rgb' else None
        return sample.inputs.get('rgb', target)

    def predict(self, sample: Sample) -> Dict[str, np.ndarray]:
        return translations(
            translate(self.model, sample.data, seed_of(self.cfg)))

    def picture(self, prediction: np.ndarray) -> np.ndarray:
        """Predictions are already pictures."""
        return prediction

    def known(self, truth: np.ndarray) -> np.ndarray:
        return np.ones(truth.shape[:2], bool)

    def difference(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """The mean absolute difference of the channels, on [-1, 1]."""
        return abs(one.astype(float) - other).mean(axis=2) / 127.5

    def score(self, error: float) -> str:
        """The MAE, to three decimals."""
        return f'{error:.3f}'
