"""Configs whose data set holds others, tested without a modality."""
import pytest
from mmengine import Config

from cen_mm.apis.absent import keep_modalities


@pytest.mark.parametrize('wrap', [
    lambda dataset: dict(type='RepeatDataset', times=2, dataset=dataset),
    lambda dataset: dict(type='ConcatDataset', datasets=[
        dataset, dict(type='RepeatDataset', times=2, dataset=dataset)])])
def test_every_data_set_leaves_the_modality_out(wrap):
    dataset = dict(
        type='MultimodalSegDataset',
        data_prefix=dict(img_path='rgb', depth_path='depth'),
        pipeline=[dict(type='LoadRGB'),
                  dict(type='LoadModality', modality='depth'),
                  dict(type='PackModalities', modalities=('rgb', 'depth'))])
    cfg = Config(dict(
        model=dict(type='CENSegmentor', modalities=('rgb', 'depth')),
        test_dataloader=dict(dataset=wrap(dataset))))
    keep_modalities(cfg, ['rgb'])
    alone = dict(
        type='MultimodalSegDataset', data_prefix=dict(img_path='rgb'),
        pipeline=[dict(type='LoadRGB'),
                  dict(type='PackModalities', modalities=('rgb', ))])
    assert cfg.test_dataloader.dataset == wrap(alone)
