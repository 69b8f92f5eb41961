"""The official network and loss, restated from the maths for comparison.

The encoder is ``LoopResNet``; the decoder below names its weights as the
official checkpoints do and runs modality by modality on plain functions.
"""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from cen_mm.analysis.cost.loop_resnet import LoopResNet


def conv(weights, name, x):
    """The 3x3 convolution ``name`` of the official state dict."""
    return F.conv2d(
        x, weights[f'{name}.module.weight'],
        weights.get(f'{name}.module.bias'), padding=1)


def residual_units(weights, name, x, count):
    """RCUs whose in-place ReLU also reaches the shortcut."""
    for i in range(1, count + 1):
        x = x.clamp(min=0)
        y = conv(weights, f'{name}.0.{i}_conv', x).clamp(min=0)
        x = conv(weights, f'{name}.0.{i}_conv_relu_varout_dimred', y) + x
    return x


def refinenet(weights, features):
    """One modality's four feature maps (shallow first) to its logits."""
    x = None
    for stage, feature in enumerate(reversed(features), 1):
        y = conv(weights, f'p_ims1d2_outl{stage}_dimred', feature)
        y = residual_units(weights, f'adapt_stage{stage}_b', y, 2)
        if x is not None:
            y = conv(weights, f'adapt_stage{stage}_b2_joint_varout_dimred', y)
            y = y + F.interpolate(
                x, y.shape[2:], mode='bilinear', align_corners=True)
        x = top = y.clamp(min=0)
        for i in range(1, 5):
            top = conv(weights, f'mflow_conv_g{stage}_pool.0.'
                       f'{i}_outvar_dimred', F.max_pool2d(top, 5, 1, 2))
            x = x + top
        x = residual_units(weights, f'mflow_conv_g{stage}_b', x, 3)
        if stage < 4:
            x = conv(weights, f'mflow_conv_g{stage}_b3_joint_varout_dimred', x)
    return conv(weights, 'clf_conv', x)


class OfficialCEN(nn.Module):
    """The network of the official checkpoints, without its dropout."""

    def __init__(self, official_state, depth, num_modalities, threshold=2e-2):
        super().__init__()
        width = len(official_state['bn1.bn_0.weight'])
        self.encoder = LoopResNet(depth, num_modalities, threshold, width)
        self.encoder.load_state_dict({
            k.replace('.module.', '.').replace('.bn_', '.'): v
            for k, v in official_state.items()
            if k.startswith(('conv1', 'bn1', 'layer'))
        })
        self.decoder = nn.ParameterDict({
            k.replace('.', '/'): nn.Parameter(v.clone())
            for k, v in official_state.items()
            if not k.startswith(('conv1', 'bn1', 'layer'))
        })

    def forward(self, xs):
        """M images to M logits and the ensemble's."""
        weights = {k.replace('/', '.'): v for k, v in self.decoder.items()}
        stages = self.encoder(xs)
        outs = [
            refinenet(weights, [stage[m] for stage in stages])
            for m in range(len(xs))
        ]
        alpha = torch.softmax(weights['alpha'], 0)
        outs.append(sum(a * out.detach() for a, out in zip(alpha, outs)))
        return outs

    def loss(self, xs, target, weight):
        """The official loss; its L1 term is added once for every output."""
        total = 0
        for out in self(xs):
            out = F.interpolate(
                out, target.shape[1:], mode='bilinear', align_corners=False)
            total = total + F.nll_loss(
                F.log_softmax(out, 1), target, ignore_index=255)
            for name, gamma in self.encoder.named_parameters():
                if '.bn2.' in name and name.endswith('weight'):
                    m, size = int(name.split('.')[-2]), len(gamma) // len(xs)
                    total = total + weight * gamma[m * size:(m + 1) *
                                                   size].abs().sum()
        return total

    def official_state(self, values):
        """Per-parameter ``values`` (name, tensor) under official names."""
        out = {}
        for name, value in values:
            part, name = name.split('.', 1)
            if part == 'decoder':
                out[name.replace('/', '.')] = value
                continue
            layer, kind = name.rsplit('.', 1)
            *head, last = layer.split('.')
            if head and (head[-1].startswith('bn')
                         or head[-2:-1] == ['downsample']):
                out['.'.join(head + [f'bn_{last}', kind])] = value
            else:
                out[f'{layer}.module.{kind}'] = value
        return out


def segmentation_metrics(labels, predictions, classes):
    """Percentages from one confusion matrix over all images.

    A class that nobody labels or predicts has no IoU, one that nobody labels
    has no accuracy: both are left out of the means.
    """
    matrix = sum(confusion(*pair, classes)
                 for pair in zip(labels, predictions))
    hit = matrix.diagonal()
    with np.errstate(invalid='ignore'):
        iou = hit / (matrix.sum(0) + matrix.sum(1) - hit)
        accuracy = hit / matrix.sum(1)
    return dict(mIoU=100 * np.nanmean(iou), mAcc=100 * np.nanmean(accuracy),
                aAcc=100 * hit.sum() / matrix.sum())


def confusion(label, prediction, classes):
    """Pixels by label and prediction, counted one by one."""
    matrix = np.zeros((classes, classes), np.int32)
    for true, said in zip(label.ravel(), prediction.ravel()):
        if true != 255:
            matrix[true, said] += 1
    return matrix
