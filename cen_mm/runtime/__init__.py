"""What runs an exported network: files in, pictures out.

Needs neither torch nor anything of OpenMMLab: numpy, OpenCV, Pillow, tqdm and
onnxruntime. All the rest of cen_mm reads files by it as well.
"""
from .onnx_inferencer import OnnxInferencer

__all__ = ['OnnxInferencer']
